/**
 * Classes that extend an engine's class without saying so by name: `class extends Base` in a factory or a
 * mixin, `class Order extends Audited(WorkflowEntrypoint)`. And methods under an engine's decorator in classes
 * that a function makes. They are known only when the graph evaluates them.
 *
 * Invariants:
 * - H1 A class is an heir when its base is the engine's class or an heir, whichever is evaluated first.
 * - H2 What only other classes extend is no workflow: a mixin, a common base.
 */

import type { WorkflowPattern } from '../profiles/types.js';
import { initialise, prototypeOf } from './construction.js';
import { addPrototype, readProperty } from './properties.js';
import { hasDecorator } from './safe.js';
import type { GraphState, Instance } from './state.js';
import type { Token, TokenId } from './tokens.js';
import { functionToken } from './values.js';

type Heritage = WorkflowPattern & { readonly type: 'heritage' };

/** What is known of a class that has a base: who extends it, and by which pattern it is an heir. */
export interface Heir {
  readonly subclasses: Set<TokenId>;
  pattern: Heritage | undefined;
}

function heirOf(state: GraphState, id: TokenId): Heir {
  let heir = state.heirs.get(id);
  if (heir === undefined) state.heirs.set(id, (heir = { subclasses: new Set(), pattern: undefined }));
  return heir;
}

/** Notes that a class extends something. */
export function noteBase(state: GraphState, cls: Token, base: Token): void {
  if (base.value.kind === 'class') {
    const heir = heirOf(state, base.id);
    heir.subclasses.add(cls.id);
    if (heir.pattern !== undefined) markHeir(state, cls.id, heir.pattern);
    return;
  }
  if (base.value.kind !== 'native') return;
  for (const pattern of state.profile.workflows) {
    if (pattern.type === 'heritage' && base.value.path === `${pattern.base.module}.${pattern.base.path}`)
      markHeir(state, cls.id, pattern);
  }
}

function markHeir(state: GraphState, id: TokenId, pattern: Heritage): void {
  const heir = heirOf(state, id);
  if (heir.pattern !== undefined) return;
  heir.pattern = pattern;
  state.pendingHeirs.push(id);
  for (const subclass of heir.subclasses) markHeir(state, subclass, pattern);
}

/** Enters the heirs that nobody extends, and that were not found by the name of their base. */
export function enterHeirs(state: GraphState): boolean {
  const pending = state.pendingHeirs.splice(0);
  for (const id of pending) {
    const token = state.tokens.get(id);
    const heir = state.heirs.get(id);
    if (token.value.kind !== 'class' || heir?.pattern === undefined || heir.subclasses.size > 0) continue;
    const { cls } = token.value;
    if (!cls.abstract && !state.foundByName.has(cls)) enterHeir(state, token, heir.pattern);
  }
  return pending.length > 0;
}

/** Enters the method of a class of which the engine makes an instance for each execution. */
export function enterHeir(state: GraphState, token: Token, { base, method, params }: Heritage): void {
  const { root } = state;
  const [op] = root.fn.ops;
  if (op === undefined) return;
  const made = engineInstance(state, token);
  const found = state.solver.newNode();
  readProperty(state, made, method, found, { by: root, op, at: 0, end: 0, callee: false });
  state.solver.listen(found, (id) => {
    if (state.tokens.get(id).value.kind !== 'function') return;
    const why = `a class that extends ${base.path}`;
    state.definedWorkflows.push({
      token: id,
      params: params ?? [],
      why,
      site: undefined,
      receiver: made,
      makes: token.id,
    });
  });
}

/** The object that the engine makes for an execution: what makes it runs as part of the workflow. */
function engineInstance(state: GraphState, token: Token): TokenId {
  const made = state.tokens.intern(`o${String(token.id)}@engine`, 'run', () => ({
    kind: 'instance',
    of: token.id,
  }));
  addPrototype(state, state.tokens.get(made), prototypeOf(state, token));
  return made;
}

/** An instance that somebody made before any execution. */
function instanceFor(state: GraphState, token: Token): TokenId {
  const made = engineInstance(state, token);
  const to = state.solver.newNode();
  initialise(state, token, { by: state.root, at: 0, end: 0, args: [], to, receiver: made }, 0);
  return made;
}

/** Methods of a class that a function makes, under a decorator that says workflow. */
export function enterDecorated(state: GraphState, instance: Instance, token: Token): void {
  if (token.value.kind !== 'class' || instance.fn.kind === 'module') return;
  const { unit, cls } = token.value;
  for (const pattern of state.profile.workflows) {
    if (pattern.type !== 'decorator') continue;
    const { module, path } = pattern.decorator;
    for (const member of cls.members) {
      const fn = unit.ir.functions[member.fn];
      if (fn === undefined || !hasDecorator(state, unit, fn, module, path)) continue;
      const receiver = member.static ? token.id : instanceFor(state, token);
      state.definedWorkflows.push({
        token: functionToken(state, unit, fn, instance),
        params: pattern.params ?? [],
        why: `under @${path}`,
        site: undefined,
        receiver,
      });
    }
  }
}
