import { once } from 'node:events';
import type { ChildOptions } from './child.js';
import { runChild } from './child.js';

// Loaded, and waiting: what a restart costs is not in the way of the kills.
process.send!('ready');
const [options] = (await once(process, 'message')) as [ChildOptions & { readonly death: object }];
process.env['REFRAIN_DEATH'] = JSON.stringify(options.death);
await runChild(options);
process.disconnect();
