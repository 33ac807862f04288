import fc from 'fast-check';
import type { Operation, Program, WorkflowProgram } from '../../properties/programs.js';
import { asOperation, type Extra, type Step } from './extra.js';

/** A change of a program's body, as somebody would make it in code. */
export type Mutation =
  | { readonly type: 'insert'; readonly at: number; readonly operation: Step }
  | { readonly type: 'remove' | 'swap' | 'retime' | 'twice'; readonly at: number }
  | { readonly type: 'rename'; readonly at: number; readonly name: string }
  /** Another command in its place. */
  | { readonly type: 'replace'; readonly at: number; readonly operation: Step }
  | { readonly type: 'wrap'; readonly at: number; readonly by: Wrapper }
  /** What was in a scope or not waited for is now simply done. */
  | { readonly type: 'unwrap'; readonly at: number }
  | { readonly type: 'end'; readonly end: WorkflowProgram['end'] }
  | { readonly type: 'onUpdate'; readonly operation: Step };

type Wrapper = 'floating' | 'shield' | 'timeoutScope' | 'cancelSelf' | 'scope' | 'branch';
type Local = Exclude<Mutation, { type: 'end' | 'onUpdate' }>;

const plain: fc.Arbitrary<Operation> = fc.constantFrom<Operation>(
  { type: 'activity', name: 'd', cancel: 'TRY_CANCEL' },
  { type: 'activity', name: 'a', cancel: 'WAIT_CANCELLATION_COMPLETED' },
  { type: 'localActivity', name: 'd', cancel: 'TRY_CANCEL' },
  { type: 'timer', ms: 4 },
  { type: 'child', name: 'd', cancel: 'ABANDON' },
  { type: 'signalOther' },
  { type: 'cancelOther' },
  { type: 'upsert' },
  { type: 'memo' },
  { type: 'waitSignal' },
  { type: 'patch', id: 'a', deprecated: true },
  { type: 'patch', id: 'd', deprecated: false },
  { type: 'patch', id: 'd', deprecated: true },
);
const body = fc.array(plain, { minLength: 1, maxLength: 2 });
const ms = fc.integer({ min: 1, max: 9 });
const name = fc.constantFrom('a', 'b', 'c', 'd');

const extra: fc.Arbitrary<Extra> = fc.oneof(
  fc.record({ type: fc.constant('conditionTimeout' as const), ms }),
  fc.record({
    type: fc.constant('branch' as const),
    by: fc.constantFrom('random', 'uuid', 'clock'),
    body,
    other: body,
  }),
  fc.record({ type: fc.constant('floating' as const), body }),
  fc.record({ type: fc.constant('shield' as const), body }),
  fc.record({ type: fc.constant('timeoutScope' as const), ms, body }),
  fc.record({ type: fc.constant('childSignal' as const), name }),
  fc.record({ type: fc.constant('handler' as const), name: fc.constantFrom('hello', 'other'), body }),
  fc.constant({ type: 'log' as const }),
  fc.record({ type: fc.constant('named' as const), id: name, details: fc.boolean() }),
  fc.record({ type: fc.constant('cancelSelf' as const), body }),
);

const step: fc.Arbitrary<Step> = fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: extra });
const at = fc.nat(9);
const wrapper = fc.constantFrom<Wrapper>(
  'floating',
  'shield',
  'timeoutScope',
  'cancelSelf',
  'scope',
  'branch',
);
const of = <T extends string>(type: T) => fc.constant(type);

export const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: of('insert'), at, operation: step }) },
  { weight: 4, arbitrary: fc.record({ type: of('remove'), at }) },
  { weight: 3, arbitrary: fc.record({ type: of('swap'), at }) },
  { weight: 2, arbitrary: fc.record({ type: of('rename'), at, name }) },
  { weight: 2, arbitrary: fc.record({ type: of('replace'), at, operation: step }) },
  { weight: 2, arbitrary: fc.record({ type: of('wrap'), at, by: wrapper }) },
  { weight: 1, arbitrary: fc.record({ type: of('unwrap'), at }) },
  { weight: 1, arbitrary: fc.record({ type: of('retime'), at }) },
  { weight: 1, arbitrary: fc.record({ type: of('twice'), at }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: of('end'),
      end: fc.constantFrom<WorkflowProgram['end']>('complete', 'fail', 'continueAsNew', 'cancelled'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: of('onUpdate'), operation: step }) },
);

/** What makes a program of the algebra one with the extra operations. */
export const decorations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: of('insert'), at: fc.nat(4), operation: extra }) },
    { weight: 1, arbitrary: fc.record({ type: of('wrap'), at: fc.nat(4), by: wrapper }) },
  ),
  { maxLength: 3 },
);

export function mutate(program: WorkflowProgram, mutation: Mutation): WorkflowProgram {
  if (mutation.type === 'end') return { ...program, end: mutation.end };
  if (mutation.type === 'onUpdate') {
    return { ...program, onUpdate: [...program.onUpdate, asOperation(mutation.operation)] };
  }
  const counter = { left: mutation.at };
  return { ...program, body: mutateBody(program.body, mutation, counter) };
}

/** Walks the operations in order; the one that the counter reaches is changed. */
function mutateBody(program: Program, mutation: Local, counter: { left: number }): Program {
  const result: Operation[] = [];
  for (let index = 0; index < program.length; index++) {
    const current = program[index]!;
    if (counter.left-- !== 0) {
      result.push(inside(current, mutation, counter));
      continue;
    }
    const next = program[index + 1];
    if (mutation.type === 'swap' && next) {
      result.push(next, current);
      index++;
    } else result.push(...changed(current, mutation).map(asOperation));
  }
  return result;
}

function changed(current: Operation, mutation: Local): readonly Step[] {
  switch (mutation.type) {
    case 'insert':
      return [mutation.operation, current];
    case 'remove':
      return [];
    case 'swap':
      return [current];
    case 'rename':
      return ['name' in current ? { ...current, name: mutation.name } : current];
    case 'retime':
      return [current.type === 'timer' ? { ...current, ms: current.ms + 20 } : current];
    case 'replace':
      return [mutation.operation];
    case 'twice':
      return [current, current];
    case 'wrap':
      return [wrapped(current, mutation.by)];
    case 'unwrap':
      return 'body' in current ? current.body : [current];
  }
}

function wrapped(operation: Operation, by: Wrapper): Step {
  switch (by) {
    case 'timeoutScope':
      return { type: by, ms: 5, body: [operation] };
    case 'branch':
      return { type: by, by: 'random', body: [operation], other: [] };
    case 'scope':
      return { type: by, body: [operation], until: [{ type: 'timer', ms: 2 }] };
    default:
      return { type: by, body: [operation] };
  }
}

function inside(operation: Operation, mutation: Local, counter: { left: number }): Operation {
  const into = (program: Program) => mutateBody(program, mutation, counter);
  const current = operation as Step;
  if ('branches' in current) return { ...current, branches: current.branches.map(into) };
  if ('until' in current) return { ...current, body: into(current.body), until: into(current.until) };
  if ('other' in current)
    return asOperation({ ...current, body: into(current.body), other: into(current.other) });
  return 'body' in current ? asOperation({ ...current, body: into(current.body) }) : operation;
}
