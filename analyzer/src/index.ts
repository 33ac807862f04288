export { catalogue } from './catalog/index.js';
export type { Effect, Shape } from './catalog/types.js';
export { profiles } from './profiles/index.js';
export type { Profile, ProfileId } from './profiles/types.js';
