import type { AnyCommand, CommandGroup } from './command.js';
import { doctor } from './commands/doctor.js';
import { explain } from './commands/explain.js';

/** Every command, in the order of `refrain --help`. */
export const commands: readonly (AnyCommand | CommandGroup)[] = [explain, doctor];
