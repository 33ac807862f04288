/** For Refrain's own tests; nothing here is promised to anybody. */
export { colorWanted } from './terminal.js';
export { commands } from './commands.js';
export type { AnyCommand, CommandGroup } from './command.js';
export { progressCount } from './progress.js';
