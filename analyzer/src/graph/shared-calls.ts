/** What is the same for all callees and receivers of a call, and is done once. */

import type { CallSite } from './calls.js';
import type { NodeId, TokenId } from './tokens.js';

/** What is the same for all callees and receivers of a call, and what was done for all of them at once. */
export interface SharedCall {
  readonly args: readonly NodeId[];
  readonly to: NodeId;
  /** What does the same for each receiver: catalogued functions by name, tokens. */
  done: Set<string | TokenId> | undefined;
  /** How many receivers each method of arrays had. */
  receivers: Map<string, number> | undefined;
  /** The functions that it called, until they are too many. */
  callees: Set<number> | undefined;
  isWide: boolean;
  isJoined: boolean;
}

export function sharedCall(args: readonly NodeId[], to: NodeId): SharedCall {
  return {
    args,
    to,
    done: undefined,
    receivers: undefined,
    callees: undefined,
    isWide: false,
    isJoined: false,
  };
}

/** What is called does the same for each receiver of a call: once is enough. */
export function isFirstHere({ shared, args, to }: CallSite, callee: TokenId): boolean {
  if (shared?.args !== args || shared.to !== to) return true;
  shared.done ??= new Set();
  if (shared.done.has(callee)) return false;
  shared.done.add(callee);
  return true;
}
