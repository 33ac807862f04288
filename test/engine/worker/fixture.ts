import type { ActivationApi, Logger, Service, WorkerOptions } from '@refrain/engine/internal';
import { createLogger, MemoryStore, openService, Worker } from '@refrain/engine/internal';
import { payload, ProgramInstance } from '../../properties/interpreter.js';
import type { Program, WorkflowProgram } from '../../properties/programs.js';

export type Instance = ActivationApi.WorkflowInstance;

/** Workflows by type: programs, or instances of the test's own. */
export type Workflows = Readonly<Record<string, WorkflowProgram | (() => Instance)>>;

export function program(...body: Program): WorkflowProgram {
  return { body, end: 'complete', onUpdate: [], updateFails: false };
}

export const silent: Logger = createLogger(() => undefined);

/** Chooses the workflow by the type that the first activation names. */
function hostOf(workflows: Workflows): NonNullable<WorkerOptions['workflowHost']> {
  return {
    createInstance() {
      let inner: Instance | undefined;
      return {
        activate(activation) {
          const start = activation.jobs.find((job) => job.type === 'initializeWorkflow');
          if (start) {
            const workflow = workflows[start.workflowType];
            inner = typeof workflow === 'function' ? workflow() : new ProgramInstance(workflow!);
          }
          return inner!.activate(activation);
        },
        dispose: () => inner?.dispose(),
      };
    },
  };
}

export interface Bench {
  readonly service: Service;
  readonly newWorker: (options?: Partial<WorkerOptions>) => Promise<Worker>;
  start(type: string, id?: string): Promise<string>;
  /** The last event of the run, when it has ended. */
  ended(workflowId: string): Promise<{ type: string; attributes: Record<string, unknown> }>;
  history(workflowId: string): Promise<readonly { type: string; attributes: Record<string, unknown> }[]>;
}

export function bench(workflows: Workflows, activities: WorkerOptions['activities']): Bench {
  const service = openService({ store: new MemoryStore() });
  let count = 0;
  return {
    service,
    newWorker: (options = {}) =>
      Worker.create({
        connection: { service },
        taskQueue: 'q',
        workflowHost: hostOf(workflows),
        ...(activities ? { activities } : {}),
        logger: silent,
        ...options,
      }),
    async start(type, id = `w${++count}`) {
      await service.startWorkflowExecution({
        workflowId: id,
        workflowType: { name: type },
        taskQueue: { name: 'q' },
        input: [payload(id)],
      });
      return id;
    },
    async ended(workflowId) {
      const answer = await service.getWorkflowExecutionHistory({
        execution: { workflowId },
        waitNewEvent: true,
        historyEventFilterType: 'CLOSE_EVENT',
      });
      return answer.history.events.at(-1) as never;
    },
    async history(workflowId) {
      const answer = await service.getWorkflowExecutionHistory({ execution: { workflowId } });
      return answer.history.events as never;
    },
  };
}
