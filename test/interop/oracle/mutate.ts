import fc from 'fast-check';
import type { Operation, Program, WorkflowProgram } from '../../properties/programs.js';

/** A change of a program's body, as somebody would make it in code. */
export type Mutation =
  | { readonly type: 'insert'; readonly at: number; readonly operation: Operation }
  | { readonly type: 'remove'; readonly at: number }
  | { readonly type: 'swap'; readonly at: number }
  | { readonly type: 'rename'; readonly at: number; readonly name: string }
  | { readonly type: 'retime'; readonly at: number }
  | { readonly type: 'end'; readonly end: WorkflowProgram['end'] };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.constantFrom<Operation>(
    { type: 'activity', name: 'd', cancel: 'TRY_CANCEL' },
    { type: 'localActivity', name: 'd', cancel: 'TRY_CANCEL' },
    { type: 'timer', ms: 4 },
    { type: 'child', name: 'd', cancel: 'ABANDON' },
    { type: 'signalOther' },
    { type: 'upsert' },
    { type: 'memo' },
    { type: 'waitSignal' },
    { type: 'patch', id: 'd', deprecated: false },
    { type: 'patch', id: 'd', deprecated: true },
  ),
);

const at = fc.nat(9);
export const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('insert' as const), at, operation }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('remove' as const), at }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('swap' as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('rename' as const),
      at,
      name: fc.constantFrom('a', 'b', 'c', 'd'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('retime' as const), at }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('end' as const),
      end: fc.constantFrom<WorkflowProgram['end']>('complete', 'fail', 'continueAsNew'),
    }),
  },
);

export function mutate(program: WorkflowProgram, mutation: Mutation): WorkflowProgram {
  if (mutation.type === 'end') return { ...program, end: mutation.end };
  const counter = { left: mutation.at };
  return { ...program, body: mutateBody(program.body, mutation, counter) };
}

/** Walks the operations in order; the one that the counter reaches is changed. */
function mutateBody(
  body: Program,
  mutation: Exclude<Mutation, { type: 'end' }>,
  counter: { left: number },
): Program {
  const result: Operation[] = [];
  for (let index = 0; index < body.length; index++) {
    const current = body[index]!;
    if (counter.left-- !== 0) {
      result.push(inside(current, mutation, counter));
      continue;
    }
    const next = body[index + 1];
    switch (mutation.type) {
      case 'insert':
        result.push(mutation.operation, current);
        break;
      case 'remove':
        break;
      case 'swap':
        if (next) {
          result.push(next, current);
          index++;
        } else result.push(current);
        break;
      case 'rename':
        result.push('name' in current ? { ...current, name: mutation.name } : current);
        break;
      case 'retime':
        result.push(current.type === 'timer' ? { ...current, ms: current.ms + 20 } : current);
        break;
    }
  }
  return result;
}

function inside(
  operation: Operation,
  mutation: Exclude<Mutation, { type: 'end' }>,
  counter: { left: number },
): Operation {
  switch (operation.type) {
    case 'all':
    case 'race':
      return {
        ...operation,
        branches: operation.branches.map((branch) => mutateBody(branch, mutation, counter)),
      };
    case 'scope':
      return {
        ...operation,
        body: mutateBody(operation.body, mutation, counter),
        until: mutateBody(operation.until, mutation, counter),
      };
    default:
      return operation;
  }
}
