/** All profiles, in the order in which `auto` and the documentation name them. */

import { aws } from './aws.js';
import { azure } from './azure.js';
import { cloudflare } from './cloudflare.js';
import { dbos } from './dbos.js';
import { hatchet } from './hatchet.js';
import { inngest } from './inngest.js';
import { refrain } from './refrain.js';
import { restate } from './restate.js';
import { temporal } from './temporal.js';
import type { Profile, ProfileId } from './types.js';
import { vercel } from './vercel.js';

export const profiles: Readonly<Record<ProfileId, Profile>> = {
  refrain,
  temporal,
  restate,
  inngest,
  hatchet,
  dbos,
  aws,
  azure,
  cloudflare,
  vercel,
};
