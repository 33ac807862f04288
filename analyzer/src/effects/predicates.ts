/** The catalogue's predicates, asked of a call once the graph is settled. */

import type { CallShape, Effect, EffectOutcome, Predicate } from '../catalog/types.js';
import { isGlobalObject } from '../graph/properties.js';
import type { GraphState, NativeUse } from '../graph/state.js';
import { heapOf, type NodeId, type Token } from '../graph/tokens.js';

/** What a call does besides its effect: all that applies, and that the engine does not take away. */
export function furtherOutcomes(
  state: GraphState,
  { further, shared }: CallShape,
  use: NativeUse,
  isPatched: (outcome: EffectOutcome) => boolean,
): EffectOutcome[] {
  const cases = further?.filter(({ when }) => when === undefined || holds(state, when, use)) ?? [];
  const outcomes = cases.map(({ effect }) => effect);
  if (shared !== undefined && isShared(state, use)) outcomes.push(shared);
  return outcomes.filter((outcome) => !isPatched(outcome));
}

/** Called in an execution on an object that was made while modules loaded. */
function isShared(state: GraphState, { instance, receiver }: NativeUse): boolean {
  if (instance.phase !== 'run' || receiver === undefined) return false;
  const { phase, value } = state.tokens.get(receiver);
  return phase === 'load' && value.kind === 'native-instance';
}

/** The outcome of an effect for one call: the first that applies, and that the engine does not take away. */
export function outcomeOf(
  state: GraphState,
  effect: Effect | undefined,
  use: NativeUse,
  isPatched: (outcome: EffectOutcome) => boolean,
): EffectOutcome {
  const cases = typeof effect === 'string' ? [{ effect }] : (effect ?? []);
  for (const part of cases) {
    if (isPatched(part.effect)) continue;
    if (part.when === undefined || holds(state, part.when, use)) return part.effect;
  }
  return 'deterministic';
}

function holds(state: GraphState, predicate: Predicate, use: NativeUse): boolean {
  switch (predicate.type) {
    case 'argument-count': {
      if (use.spreadFrom !== undefined) return false;
      const count = use.args.length;
      return count >= (predicate.atLeast ?? 0) && count <= (predicate.atMost ?? Infinity);
    }
    case 'argument-missing':
      return isMissing(state, use, predicate.argument);
    case 'locale-missing':
      return maybeMissing(state, use, predicate.argument) || isEmptyList(state, use, predicate.argument);
    case 'argument-type':
      return valuesAt(state, use, predicate.argument).some((token) => predicate.is.includes(typeOf(token)));
    case 'argument-derives':
      return valuesAt(state, use, predicate.argument).some((token) => derives(state, token, predicate.from));
    case 'argument-matches': {
      const pattern = new RegExp(predicate.pattern, 'u');
      return stringsAt(state, use, predicate.argument).some((text) => pattern.test(text));
    }
    case 'option-missing':
      return isOptionMissing(state, use, predicate.argument, predicate.options);
    case 'option-given':
      return valuesAt(state, use, predicate.argument).some(
        (token) => token.value.kind === 'object' && !lacksAll(state, token, predicate.options),
      );
    case 'option-is':
      return valuesAt(state, use, predicate.argument).some((token) => {
        const node = token.heap?.properties.get(predicate.option);
        return node !== undefined && constantsIn(state, node).includes(predicate.value);
      });
    case 'option-type':
      return optionsAt(state, use, predicate).some((token) => typeOf(token) === predicate.is);
    case 'option-steps':
      return optionsAt(state, use, predicate).some((token) => opensStep(state, token));
    case 'local-time-string':
      return timesAt(state, use, predicate.argument).some((text) => isLocalTime(text, predicate.days));
    case 'global-is-command':
      return isCommand(state, predicate.name, use);
    case 'result-discarded':
      return use.call?.use === 'discarded' || use.call?.use === 'void';
    case 'all':
      return predicate.of.every((part) => holds(state, part, use));
    case 'any':
      return predicate.of.some((part) => holds(state, part, use));
    case 'not':
      return !holds(state, predicate.of, use);
  }
}

/** What stands at a path of an argument, or in an array there. */
function optionsAt(
  state: GraphState,
  use: NativeUse,
  { argument, path }: { readonly argument: number; readonly path: readonly string[] },
): Token[] {
  const within = (tokens: Token[]): Token[] =>
    tokens.flatMap((token) => [token, ...elementsOf(state, token)]);
  return path.reduce(
    (tokens, name) => within(tokens.flatMap((token) => membersOf(state, token, name))),
    valuesAt(state, use, argument),
  );
}

function opensStep(state: GraphState, { value }: Token): boolean {
  return (
    value.kind === 'function' &&
    state.roleCalls.some(
      ({ instance, role }) =>
        role.type === 'safe-zone' && instance.unit === value.unit && instance.fn.index === value.fn.index,
    )
  );
}

/** Is a command of the engine put in the place of a global, by the same file or while modules load? */
function isCommand(state: GraphState, global: string, { instance: user }: NativeUse): boolean {
  return state.mutations.some(({ instance, on, text }) => {
    const token = state.tokens.get(on);
    return (
      text === global &&
      (instance.unit === user.unit || instance.phase === 'load') &&
      token.value.kind === 'native' &&
      isGlobalObject(token.value.path) &&
      membersOf(state, token, global).some(
        ({ value }) => value.kind === 'native' && value.shape.call?.role?.type === 'command',
      )
    );
  });
}

/** Is it of a type, or does it inherit from what is? Prototypes may form circles. */
function derives(state: GraphState, first: Token, type: string): boolean {
  const seen = new Set([first]);
  // What is added while the set is gone through is visited, too.
  for (const { value, heap } of seen) {
    if (value.kind === 'native-instance' && value.type === type) return true;
    if (value.kind === 'native' && value.shape.type === type && value.path.endsWith('.prototype'))
      return true;
    for (const id of heap?.prototypes ?? []) seen.add(state.tokens.get(id));
  }
  return false;
}

function membersOf(state: GraphState, token: Token, name: string): Token[] {
  const node = token.heap?.properties.get(name);
  return node === undefined ? [] : valuesIn(state, node);
}

function elementsOf(state: GraphState, token: Token): Token[] {
  if (token.value.kind !== 'array') return [];
  const names = [...(token.heap?.properties.keys() ?? [])].filter((name) => /^\d+$|^\[\]$/.test(name));
  return names.flatMap((name) => membersOf(state, token, name));
}

function nodeAt(use: NativeUse, argument: number): NodeId | undefined {
  return argument >= (use.spreadFrom ?? Infinity) ? undefined : use.args[argument];
}

function valuesAt(state: GraphState, use: NativeUse, argument: number): Token[] {
  const node = nodeAt(use, argument);
  return node === undefined ? [] : valuesIn(state, node);
}

function valuesIn(state: GraphState, node: NodeId): Token[] {
  return state.solver
    .tokens(node)
    .map((id) => state.tokens.get(id))
    .filter((token) => token.value.kind !== 'source');
}

function constantsIn(state: GraphState, node: NodeId): unknown[] {
  return valuesIn(state, node).flatMap(({ value }) => (value.kind === 'constant' ? [value.value] : []));
}

function stringsAt(state: GraphState, use: NativeUse, argument: number): string[] {
  const node = nodeAt(use, argument);
  if (node === undefined) return [];
  return constantsIn(state, node).filter((value) => typeof value === 'string');
}

/** Stands for what is not known of a text. */
const hole = '\0';

/** The strings that may stand there, those that are put together among them, with holes. */
function timesAt(state: GraphState, use: NativeUse, argument: number): string[] {
  const made = valuesAt(state, use, argument).flatMap(({ value }) =>
    value.kind === 'primitive' && value.text !== undefined ? fill(state, value.text) : [],
  );
  return [...stringsAt(state, use, argument), ...made];
}

/** Puts in what is known of the parts: a few constants. */
function fill(state: GraphState, parts: readonly (string | NodeId)[]): string[] {
  return parts.reduce<string[]>(
    (texts, part) => {
      const known = typeof part === 'string' ? [part] : constantTexts(state, part);
      return texts.flatMap((text) => known.map((more) => text + more)).slice(0, maxTexts);
    },
    [''],
  );
}

const maxTexts = 16;

function constantTexts(state: GraphState, node: NodeId): string[] {
  const values = valuesIn(state, node);
  const texts = constantsIn(state, node).map(String);
  return texts.length > 0 && texts.length === values.length ? texts : [hole];
}

/** Absent, or `undefined` and nothing else. */
function isMissing(state: GraphState, use: NativeUse, argument: number): boolean {
  if (use.spreadFrom !== undefined && argument >= use.spreadFrom) return false;
  const node = nodeAt(use, argument);
  if (node === undefined) return true;
  const values = valuesIn(state, node);
  return values.length > 0 && values.every(({ value }) => isUndefined(value));
}

/** Absent, or `undefined` for some caller: then the host's choice is taken. */
function maybeMissing(state: GraphState, use: NativeUse, argument: number): boolean {
  return (
    isMissing(state, use, argument) || valuesAt(state, use, argument).some(({ value }) => isUndefined(value))
  );
}

function isEmptyList(state: GraphState, use: NativeUse, argument: number): boolean {
  const values = valuesAt(state, use, argument);
  return (
    values.length > 0 &&
    values.every((token) => token.value.kind === 'array' && elementsOf(state, token).length === 0)
  );
}

function isUndefined(value: Token['value']): boolean {
  return value.kind === 'constant' && value.value === undefined;
}

function isOptionMissing(
  state: GraphState,
  use: NativeUse,
  argument: number,
  options: readonly string[],
): boolean {
  if (isMissing(state, use, argument)) return true;
  const values = valuesAt(state, use, argument).filter((token) => token.value.kind === 'object');
  return values.length > 0 && values.every((token) => lacksAll(state, token, options));
}

function lacksAll(state: GraphState, token: Token, options: readonly string[]): boolean {
  if (token.value.kind !== 'object') return false;
  const { properties } = heapOf(token);
  if (token.value.open && properties.has('*')) return false;
  return !options.some((name) => {
    if (token.value.kind === 'object' && token.value.names.includes(name)) return true;
    const node = properties.get(name);
    return node !== undefined && !state.solver.isEmpty(node);
  });
}

export function typeOf(token: Token): string {
  const { value } = token;
  switch (value.kind) {
    case 'constant':
      return value.value === null ? 'null' : typeof value.value;
    case 'primitive':
      return value.of;
    case 'native-instance':
      return value.type;
    case 'function':
    case 'bound':
    case 'class':
    case 'method':
      return 'function';
    case 'object':
    case 'instance':
    case 'declared':
      return 'object';
    case 'array':
      return 'Array';
    default:
      return value.kind;
  }
}

/**
 * A date and time without a zone is read in the host's zone; a plain ISO date is read as UTC. What is not
 * known at the end may be a zone, unless it stands where the hours or the minutes do.
 */
function isLocalTime(text: string, days = false): boolean {
  const trimmed = text.trim();
  if (!/[\d\0]/.test(trimmed)) return false;
  if (/^[+-]?\d{4,6}(-\d{2}){0,2}$/.test(trimmed)) return days;
  if (/\0$/.test(trimmed) && !/(?:T|\d:|\0:|[\d\0]\/)\0$/.test(trimmed)) return false;
  return !/(?:Z|GMT|UTC|UT|[+-](?:\d{2}|\0):?(?:\d{2}|\0)|\b[ECMP][SD]T)\)?$/i.test(trimmed);
}
