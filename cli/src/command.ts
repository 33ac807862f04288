import type { InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { Terminal } from './terminal.js';

/** Exit codes of every command: fine, findings, and usage, configuration or input errors. */
export type ExitCode = 0 | 1 | 2;

type OptionTable = Readonly<Record<string, Options>>;
type PositionalTable = Readonly<Record<string, PositionalOptions>>;

/** One command as data: yargs gets its argument parser, help and completion from it. */
export interface Command<P extends PositionalTable = PositionalTable, O extends OptionTable = OptionTable> {
  /** In yargs' notation: `check [path]`. */
  readonly usage: string;
  readonly describe: string;
  readonly examples: readonly (readonly [command: string, explanation: string])[];
  readonly positionals: P;
  readonly options: O;
  readonly run: (
    options: InferredOptionTypes<P> & InferredOptionTypes<O> & { readonly '--'?: string[] },
    terminal: Terminal,
  ) => Promise<ExitCode>;
}

/** A command whose option types are its own business. */
export interface AnyCommand extends Omit<Command, 'run'> {
  readonly run: (options: never, terminal: Terminal) => Promise<ExitCode>;
}

/** A group such as `refrain workflow …`, whose members are commands. */
export interface CommandGroup {
  readonly usage: string;
  readonly describe: string;
  readonly members: readonly AnyCommand[];
}

/** Checks a command's `run` against its own tables and forgets the types. */
export function defineCommand<const P extends PositionalTable, const O extends OptionTable>(
  command: Command<P, O>,
): AnyCommand {
  return command as unknown as AnyCommand;
}
