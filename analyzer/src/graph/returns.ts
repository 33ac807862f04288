/** What calls of catalogued values give back. */

import type { CallShape, TypeName } from '../catalog/types.js';
import type { CallSite } from './calls.js';
import { keepArguments } from './kept.js';
import type { GraphState } from './state.js';
import { nativeToken, typeToken, unwrapPromise } from './values.js';

export function addReturns(state: GraphState, path: string, call: CallShape, site: CallSite): void {
  const { returnsFor } = call;
  if (call.alsoReturns !== undefined) addReturned(state, path, call.alsoReturns, site);
  const options = returnsFor === undefined ? undefined : site.args[returnsFor.argument];
  if (returnsFor === undefined || options === undefined) {
    addReturned(state, path, call.returns ?? 'data', site);
    return;
  }
  state.solver.listen(options, (id) => {
    const { value } = state.tokens.get(id);
    if (value.kind === 'source') return;
    const names = value.kind === 'object' && !value.open ? value.names : undefined;
    const found = returnsFor.cases.find((item) =>
      item.options.every((name) => names?.includes(name) ?? true),
    );
    addReturned(state, path, found?.returns ?? returnsFor.otherwise, site);
  });
}

function addReturned(state: GraphState, path: string, returns: TypeName, site: CallSite): void {
  const { type, promise } = unwrapPromise(returns);
  if (promise) state.solver.add(site.to, typeToken(state, 'Promise', 'native', 'load'));
  if (type === 'receiver') {
    if (site.receiver !== undefined) state.solver.add(site.to, site.receiver);
    return;
  }
  if (type.startsWith('argument:')) {
    const arg = site.args[Number(type.slice('argument:'.length))];
    if (arg !== undefined) state.solver.edge(arg, site.to);
    return;
  }
  if (type === 'function') {
    state.solver.add(site.to, nativeToken(state, `${path}(…)`, { call: { returns: 'data' } }));
    return;
  }
  const at = `${String(site.by.id)}.${String(site.at)}.${path}`;
  const made = typeToken(state, type, at, site.by.phase);
  keepArguments(state, made, site);
  state.solver.add(site.to, made);
}
