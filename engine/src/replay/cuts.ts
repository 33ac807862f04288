import type { WorkflowCommand } from '../core/activation.js';
import type { HistoryEvent } from '../history/event.js';
import { gradeRun, needsExplanation } from './grade.js';
import type { Grade } from './grade.js';
import { commandView } from './commands-of-history.js';
import type { Run } from './run.js';
import { runHistory, runTogether } from './run.js';
import type { ReplayTarget } from './target.js';

/** How many times the history's own length the cold replays of its prefixes may cost together. */
const COLD_BUDGET = 6;

/**
 * The verdict on a history that fits, whole and at its cuts, the boundaries of its workflow tasks; undefined when it
 * does not fit everywhere. In one go:
 *
 * 1. one replay with all queries asked at every boundary: they must change nothing (E7);
 * 2. cold replays of prefixes in fresh module scopes: they must ask for what the whole replay asked for (E4, E5).
 *    All of them while they cost no more than `COLD_BUDGET` histories; of longer histories the prefixes of
 *    half, a quarter … the tasks, so that the cost stays linear (E9).
 */
export async function gradeWithCuts(
  target: ReplayTarget,
  events: readonly HistoryEvent[],
  namespace: string,
): Promise<Grade | undefined> {
  const queried = await runTogether(target, events.length * (1 + COLD_BUDGET), (run) => {
    const whole = run(events, { namespace, injectQueries: true, keepCommands: true });
    if (needsExplanation(whole)) return undefined;
    const digests = digestsOf(whole.commands);
    const agrees = (task: number) => {
      const cold = run(events, { namespace, untilTask: task, keepCommands: true });
      return firstDifference(digests, cold.commands, task) === undefined;
    };
    return coldCutsOf(whole).every(agrees) ? whole : undefined;
  });
  return queried && gradeRun(target, events, queried);
}

/** A replay in which nothing was asked is the cut at the last task already, unless it is the only one. */
function coldCutsOf(queried: Run): number[] {
  const tasks = queried.commands.length;
  return cutsOf(tasks).filter((task) => task < tasks || tasks === 1 || queried.queries > 0);
}

/** Explains why a history that fits as a whole does not fit at a cut; undefined when it fits everywhere. */
export async function checkCuts(
  target: ReplayTarget,
  events: readonly HistoryEvent[],
  namespace: string,
  whole: Run,
): Promise<Grade | undefined> {
  const queried = await runHistory(target, events, { namespace, injectQueries: true, keepCommands: true });
  if (needsExplanation(queried)) {
    const explained = await runHistory(target, events, {
      namespace,
      injectQueries: true,
      explain: true,
      keepCommands: true,
    });
    return afterQueries(gradeRun(target, events, explained));
  }
  const digests = digestsOf(whole.commands);
  for (const task of cutsOf(whole.commands.length)) {
    const cold = await runHistory(target, events, { namespace, untilTask: task, keepCommands: true });
    const different = firstDifference(digests, cold.commands, task);
    if (different !== undefined) return notDeterministic(whole, cold, different);
  }
  return undefined;
}

function cutsOf(tasks: number): number[] {
  if ((tasks * (tasks + 1)) / 2 <= COLD_BUDGET * tasks || tasks <= 16) {
    return Array.from({ length: tasks }, (_, index) => index + 1);
  }
  const cuts: number[] = [];
  for (let task = tasks >> 1; task > 0; task >>= 1) cuts.unshift(task);
  return cuts;
}

function firstDifference(
  whole: readonly string[],
  cold: Run['commands'],
  tasks: number,
): number | undefined {
  for (let task = 0; task < tasks; task++) {
    if (whole[task] !== digest(cold[task])) return task;
  }
  return undefined;
}

function digestsOf(commands: Run['commands']): string[] {
  return Array.from(commands, digest);
}

function digest(commands: readonly WorkflowCommand[] | undefined): string {
  return JSON.stringify((commands ?? []).map(commandView));
}

function afterQueries(grade: Grade): Grade {
  const { divergence } = grade;
  if (!divergence) return grade;
  return {
    verdict: 'incompatible',
    divergence: {
      ...divergence,
      code: 'RFN3018',
      cause: `A query changed what the workflow does: without queries the same history replays. ${divergence.cause}`,
      fix: 'Make the query handlers only read: no assignments to state of the workflow, no workflow API.',
    },
  };
}

function notDeterministic(whole: Run, cold: Run, task: number): Grade {
  const index = (whole.commands[task] ?? []).findIndex(
    (command, at) => digest([command]) !== digest(cold.commands[task]?.slice(at, at + 1)),
  );
  const first = whole.commands[task]?.[index];
  const second = cold.commands[task]?.[Math.max(index, 0)];
  return {
    verdict: 'incompatible',
    divergence: {
      code: 'RFN3019',
      workflowTask: task + 1,
      ...(first ? { recorded: commandView(first) } : {}),
      ...(second ? { attempted: commandView(second) } : {}),
      message: 'two replays of the same history asked for different commands',
      cause:
        'The code is not deterministic: it depends on something besides the history, such as state outside of the workflow.',
      fix: 'Run `refrain check` to find where it comes from.',
    },
  };
}
