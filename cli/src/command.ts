import type { Argv } from 'yargs';
import type { Terminal } from './terminal.js';

/** Exit codes of every command: fine, findings, and usage, configuration or input errors. */
export type ExitCode = 0 | 1 | 2;

export interface Command<Options extends object = Record<string, unknown>> {
  /** In yargs' notation: `check [path]`. */
  readonly usage: string;
  readonly describe: string;
  readonly examples: readonly (readonly [command: string, explanation: string])[];
  readonly options: (cli: Argv) => Argv<Options>;
  readonly run: (options: Options, terminal: Terminal) => Promise<ExitCode>;
}

/** A group such as `refrain workflow …`, whose members are commands. */
export interface CommandGroup {
  readonly usage: string;
  readonly describe: string;
  readonly members: readonly AnyCommand[];
}

/** A command whose option type is its own business. */
export type AnyCommand = Omit<Command, 'options' | 'run'> & {
  readonly options: (cli: Argv) => Argv;
  readonly run: (options: never, terminal: Terminal) => Promise<ExitCode>;
};

/** Checks a command against its own option type and forgets the type. */
export function defineCommand<Options extends object>(command: Command<Options>): AnyCommand {
  return command as unknown as AnyCommand;
}
