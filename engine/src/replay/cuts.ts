import type { WorkflowCommand } from '../core/activation.js';
import type { HistoryEvent } from '../history/event.js';
import { gradeRun, needsExplanation } from './grade.js';
import type { Grade } from './grade.js';
import { commandView } from './commands-of-history.js';
import type { Run } from './run.js';
import { runHistory } from './run.js';
import type { ReplayTarget } from './target.js';

/** How many times the history's own length the cold replays of its prefixes may cost together. */
const COLD_BUDGET = 6;

/**
 * Replays a history that fits at its cuts, the boundaries of its workflow tasks:
 *
 * 1. one replay with all queries asked at every boundary: they must change nothing (E7);
 * 2. cold replays of prefixes in fresh module scopes: they must ask for what the whole replay asked for (E4, E5).
 *    All of them while they cost no more than `COLD_BUDGET` histories; of longer histories the prefixes of
 *    half, a quarter … the tasks, so that the cost stays linear (E9).
 *
 * Undefined when all cuts agree with `whole`.
 */
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
  const tasks = whole.commands.length;
  // A second replay of everything that asked for the same is the cut at the last task.
  const isRepeated = firstDifference(whole.commands, queried.commands, tasks) === undefined;
  for (const task of cutsOf(tasks)) {
    if (task === tasks && isRepeated) continue;
    const cold = await runHistory(target, events, { namespace, untilTask: task, keepCommands: true });
    const different = firstDifference(whole.commands, cold.commands, task);
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

function firstDifference(whole: Run['commands'], cold: Run['commands'], tasks: number): number | undefined {
  for (let task = 0; task < tasks; task++) {
    if (digest(whole[task]) !== digest(cold[task])) return task;
  }
  return undefined;
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
