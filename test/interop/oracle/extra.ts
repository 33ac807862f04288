import type { Operation, Program } from '../../properties/programs.js';

/** Operations on top of the algebra of the properties: only the fixture for Temporal's SDK interprets them. */
export type Extra =
  | { readonly type: 'conditionTimeout'; readonly ms: number }
  /** What happens depends on the workflow's own random stream or clock. */
  | {
      readonly type: 'branch';
      readonly by: 'random' | 'uuid' | 'clock';
      readonly body: Program;
      readonly other: Program;
    }
  /** Begun and not waited for. */
  | { readonly type: 'floating'; readonly body: Program }
  | { readonly type: 'shield'; readonly body: Program }
  | { readonly type: 'timeoutScope'; readonly ms: number; readonly body: Program }
  /** Starts a child, signals it, waits for it. */
  | { readonly type: 'childSignal'; readonly name: string }
  /** From now on the signal goes to a handler of its own that does this. */
  | { readonly type: 'handler'; readonly name: string; readonly body: Program }
  | { readonly type: 'log' }
  /** An activity with an id of its own, and a payload that depends on the run. */
  | { readonly type: 'named'; readonly id: string; readonly details: boolean }
  | { readonly type: 'cancelSelf'; readonly body: Program };

export type Step = Operation | Extra;

/** The algebra's own types do not know the extra ones. */
export function asOperation(step: Step): Operation {
  return step as Operation;
}
