import type { AnyCommand, CommandGroup } from './command.js';
import { check } from './commands/check.js';
import { dev } from './commands/dev.js';
import { doctor } from './commands/doctor.js';
import { explain } from './commands/explain.js';
import { history } from './commands/history.js';
import { init } from './commands/init.js';
import { replay } from './commands/replay.js';
import { run } from './commands/run.js';
import { schedule } from './commands/schedule.js';
import { workflow } from './commands/workflow.js';

/** Every command, in the order of `refrain --help`. */
export const commands: readonly (AnyCommand | CommandGroup)[] = [
  check,
  replay,
  run,
  dev,
  workflow,
  schedule,
  history,
  explain,
  init,
  doctor,
];
