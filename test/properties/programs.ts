import fc from 'fast-check';

/**
 * A small algebra of workflow programs, for the properties of the engine. A program is data, so that it can be
 * shrunk, and interpreted by any runtime: `interpreter.ts` runs it right on activations; a test of a real runtime
 * interprets it with that runtime's API.
 */
export type CancelMode = 'TRY_CANCEL' | 'WAIT_CANCELLATION_COMPLETED' | 'ABANDON';

export type Operation =
  | { readonly type: 'activity'; readonly name: string; readonly cancel: CancelMode }
  | { readonly type: 'localActivity'; readonly name: string; readonly cancel: CancelMode }
  | { readonly type: 'timer'; readonly ms: number }
  | { readonly type: 'child'; readonly name: string; readonly cancel: CancelMode }
  | { readonly type: 'signalOther' }
  | { readonly type: 'cancelOther' }
  | { readonly type: 'patch'; readonly id: string; readonly deprecated: boolean }
  | { readonly type: 'version'; readonly id: string }
  | { readonly type: 'sideEffect' }
  | { readonly type: 'upsert' }
  | { readonly type: 'memo' }
  /** Waits for the next signal, or takes one that came before. */
  | { readonly type: 'waitSignal' }
  /** All branches at once; goes on when all are done. */
  | { readonly type: 'all'; readonly branches: readonly Program[] }
  /** All branches at once, each in its scope; the first to end cancels the others. */
  | { readonly type: 'race'; readonly branches: readonly Program[] }
  /** The body in a scope that is cancelled when `until` is done. */
  | { readonly type: 'scope'; readonly body: Program; readonly until: Program };

export type Program = readonly Operation[];

export interface WorkflowProgram {
  readonly body: Program;
  readonly end: 'complete' | 'fail' | 'continueAsNew' | 'cancelled';
  /** What the handler of the update `apply` does after accepting; updates with an odd argument are rejected. */
  readonly onUpdate: Program;
  readonly updateFails: boolean;
}

const cancelMode = fc.constantFrom<CancelMode>('TRY_CANCEL', 'WAIT_CANCELLATION_COMPLETED', 'ABANDON');
const name = fc.constantFrom('a', 'b', 'c');

const leaf: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('activity' as const), name, cancel: cancelMode }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('localActivity' as const), name, cancel: cancelMode }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('timer' as const), ms: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('child' as const), name, cancel: cancelMode }) },
  { weight: 1, arbitrary: fc.constant({ type: 'signalOther' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'cancelOther' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('patch' as const), id: name, deprecated: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('version' as const), id: name }) },
  { weight: 1, arbitrary: fc.constant({ type: 'sideEffect' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'upsert' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'memo' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'waitSignal' as const }) },
);

const { program } = fc.letrec<{ program: Program; operation: Operation }>((tie) => ({
  program: fc.array(tie('operation'), { minLength: 1, maxLength: 4, depthIdentifier: 'program' }),
  operation: fc.oneof(
    { depthSize: 'small', withCrossShrink: true, depthIdentifier: 'program' },
    { weight: 6, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('all' as const),
        branches: fc.array(tie('program'), { minLength: 2, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('race' as const),
        branches: fc.array(tie('program'), { minLength: 2, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('scope' as const),
        body: tie('program'),
        until: tie('program'),
      }),
    },
  ),
}));

export const workflowPrograms: fc.Arbitrary<WorkflowProgram> = fc.record({
  body: program,
  end: fc.constantFrom('complete', 'complete', 'fail', 'continueAsNew', 'cancelled'),
  onUpdate: fc.array(leaf, { maxLength: 2 }),
  updateFails: fc.boolean(),
});

/** Programs that cancel things and then wait for what becomes of them. */
export const cancellingPrograms: fc.Arbitrary<WorkflowProgram> = fc
  .array(fc.tuple(leaf, leaf), { minLength: 1, maxLength: 4 })
  .map((pairs) => ({
    body: [
      {
        type: 'all',
        branches: pairs.map(([body, until]): Program => [{ type: 'scope', body: [body], until: [until] }]),
      },
      { type: 'waitSignal' },
      { type: 'waitSignal' },
      { type: 'timer', ms: 9 },
      { type: 'waitSignal' },
    ],
    end: 'complete',
    onUpdate: [],
    updateFails: false,
  }));
