export { VirtualClock } from './time/virtual-clock.js';
export { Traffic } from './time/traffic.js';
export { Actors } from './time/actors.js';
export { TimeSkipper } from './time/time-skipper.js';
export { timeline } from './history/timeline.js';
export { pendingCommands } from './history/pending.js';
export { normalizeText } from './history/normalize.js';
