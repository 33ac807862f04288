import type { ProfileId } from '@refrain/analyzer';

/**
 * How each engine says what the suggestions write. `$` in a template stands for what is replaced:
 * the duration of a sleep, or the expression that a step wraps.
 */
export interface EngineWords {
  /** Milliseconds since 1970, as a number. */
  readonly now?: Replacement;
  /** A number in [0, 1). */
  readonly random?: Replacement;
  readonly uuid?: Replacement;
  /** A promise that resolves after `$` milliseconds. */
  readonly sleep?: Replacement;
  /** Runs `$` once and records what it gives. Used where the engine has no word of its own. */
  readonly record?: Replacement;
  /** What has `race` and `any` with a recorded winner. */
  readonly combinators?: Replacement;
  /** Tells a cancellation from other errors. */
  readonly isCancellation?: Replacement;
}

export interface Replacement {
  readonly from: ImportBase | ParameterBase;
  /** What stands before the base: `$ instanceof `. */
  readonly before?: string;
  /** What follows the base: `.date.now()`. */
  readonly code: string;
  /** The result is a promise where the replaced code had a plain value. */
  readonly awaited: boolean;
  /** What follows the awaited value, to make it what the replaced code had. */
  readonly then?: string;
}

/** An export of the engine's module, imported where it is not yet. */
interface ImportBase {
  readonly type: 'import';
  readonly module: string;
  readonly name: string;
}

/** A parameter of the workflow, or a property that it destructures. */
interface ParameterBase {
  readonly type: 'parameter';
  readonly index: number;
  /** What people call it: elsewhere the first parameter may be anything. */
  readonly named: RegExp;
  readonly property?: string;
}

const contextFirst: ParameterBase = { type: 'parameter', index: 0, named: /ctx|context/i };
const contextSecond: ParameterBase = { type: 'parameter', index: 1, named: /ctx|context/i };

export const engineWords: Readonly<Record<ProfileId, EngineWords>> = {
  refrain: {
    now: imported('@refrain/engine/workflow', 'now', '()'),
    random: imported('@refrain/engine/workflow', 'random', '()'),
    uuid: imported('@refrain/engine/workflow', 'uuid4', '()'),
    sleep: imported('@refrain/engine/workflow', 'sleep', '($)'),
    isCancellation: imported('@refrain/engine/workflow', 'isCancellation', '($)'),
  },
  temporal: {
    uuid: imported('@temporalio/workflow', 'uuid4', '()'),
    sleep: imported('@temporalio/workflow', 'sleep', '($)'),
    isCancellation: imported('@temporalio/workflow', 'isCancellation', '($)'),
  },
  restate: {
    now: { from: contextFirst, code: '.date.now()', awaited: true },
    random: { from: contextFirst, code: '.rand.random()', awaited: false },
    uuid: { from: contextFirst, code: '.rand.uuidv4()', awaited: false },
    sleep: { from: contextFirst, code: '.sleep($)', awaited: false },
    combinators: imported('@restatedev/restate-sdk', 'RestatePromise', ''),
    isCancellation: { ...imported('@restatedev/restate-sdk', 'CancelledError', ''), before: '$ instanceof ' },
  },
  inngest: {
    record: {
      from: { type: 'parameter', index: 0, named: /ctx|context|step/i, property: 'step' },
      code: ".run('@', () => $)",
      awaited: true,
    },
  },
  hatchet: { now: { from: contextSecond, code: '.now()', awaited: true, then: '.getTime()' } },
  dbos: {
    now: imported('@dbos-inc/dbos-sdk', 'DBOS', '.now()', true),
    uuid: imported('@dbos-inc/dbos-sdk', 'DBOS', '.randomUUID()', true),
    sleep: imported('@dbos-inc/dbos-sdk', 'DBOS', '.sleep($)'),
    record: imported('@dbos-inc/dbos-sdk', 'DBOS', ".runStep(async () => $, { name: '@' })", true),
  },
  aws: {
    record: { from: contextSecond, code: ".step('@', async () => $)", awaited: true },
    combinators: { from: contextSecond, code: '.promise', awaited: false },
  },
  azure: { now: { from: contextFirst, code: '.df.currentUtcDateTime.getTime()', awaited: false } },
  cloudflare: {
    record: {
      from: { type: 'parameter', index: 1, named: /step/i },
      code: ".do('@', async () => $)",
      awaited: true,
    },
  },
  vercel: { sleep: imported('workflow', 'sleep', '($)') },
};

function imported(module: string, name: string, code: string, awaited = false): Replacement {
  return { from: { type: 'import', module, name }, code, awaited };
}
