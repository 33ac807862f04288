import type { Activation, ActivationJob, WorkflowCommand } from '../core/activation.js';
import type { HistoryEvent } from '../history/event.js';
import type { Payload } from '../history/payload.js';
import type { OpenCommands } from './open-commands.js';
import { noteAsked, noteTold } from './open-commands.js';
import type { ReplayInstance } from './target.js';

/** How far the code is followed beyond the point where it leaves its history. */
const MAX_STEPS = 60;

export interface Probe {
  readonly commands: readonly WorkflowCommand[];
  /** The code came to its end; otherwise it may have asked for more. */
  readonly complete: boolean;
}

/**
 * Follows the code beyond a mismatch: what it waits for comes true one by one, with the result that history recorded for
 * a later command of the same name where there is one, else with nothing. What the code then asks for shows
 * whether a command was inserted, removed or moved. The instance is of no other use afterwards.
 */
export function probe(
  instance: ReplayInstance,
  last: Activation,
  open: OpenCommands,
  events: readonly HistoryEvent[],
  fromEventId: number,
): Probe {
  const world = new RecordedWorld(events, fromEventId);
  const commands: WorkflowCommand[] = [];
  for (let step = 0; step < MAX_STEPS; step++) {
    const jobs = nextJobs(open, world);
    if (jobs.length === 0) return { commands, complete: false };
    const activation = {
      ...last,
      timestampMs: last.timestampMs + (step + 1) * 1000,
      isReplaying: true,
      jobs,
    };
    noteTold(open, activation);
    let completion;
    try {
      completion = instance.activate(activation);
    } catch {
      return { commands, complete: false };
    }
    if (completion.status === 'failed') return { commands, complete: false };
    commands.push(...completion.commands);
    noteAsked(open, completion.commands);
    if (completion.commands.some(({ type }) => endings.has(type))) return { commands, complete: true };
  }
  return { commands, complete: false };
}

const endings = new Set<string>([
  'completeWorkflowExecution',
  'failWorkflowExecution',
  'cancelWorkflowExecution',
  'continueAsNewWorkflowExecution',
]);

function nextJobs(open: OpenCommands, world: RecordedWorld): ActivationJob[] {
  // Activities and children before timers: that is what most workflows wait for.
  const waiting = [...open.values()];
  const command = waiting.find(({ type }) => type !== 'startTimer') ?? waiting[0];
  if (!command) return world.nextSignal();
  switch (command.type) {
    case 'startTimer':
      return [{ type: 'fireTimer', seq: command.seq }];
    case 'scheduleActivity':
    case 'scheduleLocalActivity': {
      const result = world.resultOf(`activity ${command.activityType}`);
      return [
        {
          type: 'resolveActivity',
          seq: command.seq,
          isLocal: command.type === 'scheduleLocalActivity',
          result: { status: 'completed', result: result ?? nothing },
        },
      ];
    }
    case 'startChildWorkflowExecution': {
      const result = world.resultOf(`child ${command.workflowType}`);
      const { seq } = command;
      return [
        { type: 'resolveChildWorkflowExecutionStart', seq, result: { status: 'succeeded', runId: 'probe' } },
        {
          type: 'resolveChildWorkflowExecution',
          seq,
          result: { status: 'completed', result: result ?? nothing },
        },
      ];
    }
    case 'signalExternalWorkflowExecution':
      return [{ type: 'resolveSignalExternalWorkflow', seq: command.seq }];
    case 'requestCancelExternalWorkflowExecution':
      return [{ type: 'resolveRequestCancelExternalWorkflow', seq: command.seq }];
    default:
      return [];
  }
}

const nothing: Payload = { metadata: { encoding: Buffer.from('binary/null').toString('base64') } };

/** Results and signals that history has from an event on. */
class RecordedWorld {
  readonly #results = new Map<string, (Payload | undefined)[]>();
  readonly #signals: ActivationJob[] = [];

  constructor(events: readonly HistoryEvent[], fromEventId: number) {
    const names = new Map<number, string>();
    for (const event of events) {
      if (event.type === 'WorkflowExecutionSignaled' && event.eventId >= fromEventId) {
        const { signalName, input, identity, header } = event.attributes;
        this.#signals.push({
          type: 'signalWorkflow',
          signalName: signalName ?? '',
          input: input ?? [],
          identity: identity ?? '',
          headers: header?.fields ?? {},
          originatingEventId: event.eventId,
        });
      }
      if (event.eventId < fromEventId) continue;
      if (event.type === 'ActivityTaskScheduled') {
        names.set(event.eventId, `activity ${event.attributes.activityType?.name}`);
      } else if (event.type === 'StartChildWorkflowExecutionInitiated') {
        names.set(event.eventId, `child ${event.attributes.workflowType?.name}`);
      } else if (event.type === 'ActivityTaskCompleted') {
        this.#add(names.get(event.attributes.scheduledEventId ?? 0), event.attributes.result?.[0]);
      } else if (event.type === 'ChildWorkflowExecutionCompleted') {
        this.#add(names.get(event.attributes.initiatedEventId ?? 0), event.attributes.result?.[0]);
      }
    }
  }

  #add(name: string | undefined, result: Payload | undefined): void {
    if (name === undefined) return;
    const known = this.#results.get(name);
    if (known) known.push(result);
    else this.#results.set(name, [result]);
  }

  resultOf(name: string): Payload | undefined {
    return this.#results.get(name)?.shift();
  }

  nextSignal(): ActivationJob[] {
    const signal = this.#signals.shift();
    return signal ? [signal] : [];
  }
}
