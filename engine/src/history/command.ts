import type { Fields } from './field-kinds.js';
import type { UserMetadata } from './messages.js';
import type { commandTable } from './schema/commands.js';

export type CommandType = keyof typeof commandTable;
export type CommandAttributes<T extends CommandType> = Fields<(typeof commandTable)[T]>;

export type CommandOf<T extends CommandType> = {
  readonly type: T;
  readonly attributes: CommandAttributes<T>;
  readonly userMetadata?: UserMetadata;
};

/** What a worker asks for when it completes a workflow task; Temporal's commands by name. */
export type Command = { [T in CommandType]: CommandOf<T> }[CommandType];
