import type { WorkflowOptions } from '@refrain/engine';
import type { Activities } from './mocks/activity-types.js';

export interface TestWorkflowEnvironmentOptions<A extends Activities = Activities> {
  /** The module that exports the workflows: a path, or a file URL (`new URL('../src/workflows.ts', import.meta.url)`). */
  readonly workflowsPath?: string | URL;
  /** The same, or the module itself (`import * as workflows from '../src/workflows.js'`). */
  readonly workflows?: string | URL | object;
  /** Real functions and `vi.fn()`s, by activity name. Mocks go before them. */
  readonly activities?: Partial<A>;
  /** Virtual time at the start. Default: the real time. */
  readonly now?: Date | number | string;
  /** Whether time skips by itself while the test waits for a result. Default true. */
  readonly autoSkip?: boolean;
  /** How many times in a row time may be skipped while the test waits. Default 10,000. */
  readonly maxSkips?: number;
  /** Real milliseconds after which a wait that nothing pending can end is given up. Default 2,000. */
  readonly stallMs?: number;
  /** Real milliseconds that an activity or a callback of `env.at` may take while the test waits. Default 4,000. */
  readonly activityMs?: number;
  /** Replay every execution at every cut when it ends. Default true. */
  readonly replay?: boolean;
  /** Every activity that may be retried does its work twice: the answer of its first attempt is lost. Default false. */
  readonly runActivitiesTwice?: boolean;
  readonly namespace?: string;
  /** Task queue of workflows that the environment starts. Workers run for every queue that is named anywhere. */
  readonly taskQueue?: string;
  /** Modules that export `interceptors`, as for the worker. */
  readonly workflowInterceptorModules?: readonly string[];
  /** Search attributes that workflows may set, by name. */
  readonly searchAttributes?: Readonly<Record<string, SearchAttributeType>>;
}

export type SearchAttributeType = 'Text' | 'Keyword' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';

/** Options for one start; the rest of the client's start options are taken as they are. */
export interface RunOptions extends Partial<Omit<WorkflowOptions, 'workflowId'>> {
  /** Default: `test-1`, `test-2` … */
  readonly workflowId?: string;
}

/** A workflow: the function, or its type's name. */
export type WorkflowReference = string | ((...args: never[]) => Promise<unknown>);
export type WorkflowArguments<W> = W extends (...args: infer P) => unknown ? P : readonly unknown[];
export type WorkflowResult<W> = W extends (...args: never[]) => Promise<infer R> ? R : unknown;
