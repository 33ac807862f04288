/** The catalogue as a whole. */

import { collectionGlobals, collectionTypes } from './ecmascript-collections.js';
import { gcGlobals, gcTypes, objectGlobals, objectTypes } from './ecmascript-objects.js';
import { intlGlobals, intlTypes, temporalGlobals, textGlobals, textTypes } from './ecmascript-text.js';
import { moduleTypes } from './module-types.js';
import { hostModules } from './modules/host.js';
import { pureModules } from './modules/pure.js';
import { nodeGlobals, nodeTypes } from './node-globals.js';
import { packages, packageTypes } from './packages.js';
import type { Catalogue } from './types.js';
import { webGlobals, webTypes } from './web.js';

export const catalogue: Catalogue = {
  globals: {
    ...objectGlobals,
    ...gcGlobals,
    ...textGlobals,
    ...intlGlobals,
    ...temporalGlobals,
    ...collectionGlobals,
    ...webGlobals,
    ...nodeGlobals,
  },
  types: {
    ...objectTypes,
    ...gcTypes,
    ...textTypes,
    ...intlTypes,
    ...collectionTypes,
    ...webTypes,
    ...nodeTypes,
    ...moduleTypes,
    ...packageTypes,
  },
  modules: { ...pureModules, ...hostModules },
  packages,
};
