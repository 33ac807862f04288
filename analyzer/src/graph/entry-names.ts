/** What people call a workflow that has no name of its own, or only that of an option. */

import type { CallSite } from './calls.js';
import type { FunctionIr } from './ir.js';
import type { DefinedWorkflow, GraphState } from './state.js';
import type { NodeId, TokenId } from './tokens.js';

const anonymous = '<anonymous>';

/**
 * Its own name; else that of the variable or property that holds what defines it, or the name or id that it is
 * defined with. `{ handlers: { pay } }` is a workflow of what is defined: `checkout.pay`.
 */
export function entryName(
  state: GraphState,
  { site, handler, token }: DefinedWorkflow,
  { name }: FunctionIr,
): string {
  if (site?.op === undefined) return name;
  const last = handler?.path?.at(-1);
  if (last === '*') {
    const service = givenName(state, site) ?? holderOf(site);
    const own = name === anonymous ? (keyOf(state, site, handler?.path ?? [], token) ?? name) : name;
    return service === undefined || own === anonymous ? (service ?? own) : `${service}.${own}`;
  }
  if (name !== anonymous && name !== last) return name;
  return holderOf(site) ?? givenName(state, site) ?? name;
}

/** The variable or property that holds what the call gives. */
function holderOf({ by, op }: CallSite): string | undefined {
  for (const item of by.fn.ops) {
    if (item.type === 'define' && item.from === op?.to) return item.name;
    if (item.type !== 'copy' || item.from !== op?.to) continue;
    const variable = by.fn.variables.find(({ slot }) => slot === item.to);
    if (variable !== undefined) return variable.name;
  }
  return undefined;
}

/** A text that comes first, or the `name` or `id` of the options. */
function givenName(state: GraphState, { args }: CallSite): string | undefined {
  return args
    .flatMap((node, index) => [
      ...(index === 0 ? textsIn(state, node) : []),
      ...['name', 'id'].flatMap((key) => membersIn(state, node, key).flatMap((of) => textsIn(state, of))),
    ])
    .find((text) => text !== '');
}

/** The property under which the function stands. */
function keyOf(
  state: GraphState,
  { args }: CallSite,
  path: readonly string[],
  token: TokenId,
): string | undefined {
  const holders = path
    .slice(0, -1)
    .reduce<readonly NodeId[]>((nodes, key) => nodes.flatMap((node) => membersIn(state, node, key)), args);
  for (const holder of holders) {
    for (const id of state.solver.tokens(holder)) {
      const properties = state.tokens.get(id).heap?.properties ?? new Map<string, NodeId>();
      for (const [key, node] of properties) if (state.solver.tokens(node).includes(token)) return key;
    }
  }
  return undefined;
}

function membersIn(state: GraphState, node: NodeId, key: string): NodeId[] {
  return state.solver.tokens(node).flatMap((id) => state.tokens.get(id).heap?.properties.get(key) ?? []);
}

function textsIn(state: GraphState, node: NodeId): string[] {
  return state.solver.tokens(node).flatMap((id) => {
    const { value } = state.tokens.get(id);
    return value.kind === 'constant' && typeof value.value === 'string' ? [value.value] : [];
  });
}
