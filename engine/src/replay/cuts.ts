import type { WorkflowCommand } from '../core/activation.js';
import type { HistoryEvent } from '../history/event.js';
import { gradeRun, needsExplanation } from './grade.js';
import type { Grade } from './grade.js';
import { commandView } from './commands-of-history.js';
import type { Run } from './history-replay.js';
import { runHistory, runInTurn, runTogether } from './run.js';
import type { ReplayTarget } from './target.js';

/** How many times the history's own length the cold replays of its prefixes may cost together. */
const COLD_BUDGET = 6;

/** What replays of one history, whole and at its cuts, found together. */
export interface AtCuts {
  readonly fits: boolean;
  /** Of what does not fit here, a replay alone may say more, or that it fits when it is alone. */
  readonly grade: Grade;
}

/**
 * Replays a history whole and at its cuts, the boundaries of its workflow tasks. A whole replay goes through all of
 * them: at each it asks for what history records next (E4). What may differ from cut to cut is in how the code got
 * there, so in one go there are
 *
 * 1. a replay with all queries asked at every boundary, which must change nothing (E7);
 * 2. a cold replay in a module scope of its own that takes turns with it (E5): at each cut, another execution of the
 *    same code is half-way, and finds what this one has left outside of itself. Before them, one that goes through to
 *    its end, unless the run that made the history did so in the same realm;
 * 3. for code that can tell a replay from a first run, cold replays of prefixes whose last task is told that it is no
 *    replay, as after a worker has lost its cache: of all prefixes while they cost no more than `COLD_BUDGET` histories;
 *    of longer histories of half, a quarter … the tasks, so that the cost stays linear (E9).
 *
 * Undefined as `runTogether`.
 */
export async function replayAtCuts(
  target: ReplayTarget,
  events: readonly HistoryEvent[],
  namespace: string,
): Promise<AtCuts | undefined> {
  const replays = 3 + (target.tellsReplaying ? COLD_BUDGET : 0);
  return runTogether(target, events.length * replays, () => replayAll(target, events, namespace));
}

function replayAll(target: ReplayTarget, events: readonly HistoryEvent[], namespace: string): AtCuts {
  const base = { namespace, keepCommands: true };
  const first = target.sharesRealm ? [] : runInTurn(target, events, base);
  const [cold, queried] = runInTurn(target, events, base, { ...base, injectQueries: true }) as [Run, Run];
  for (const run of [...first, cold, queried]) {
    if (needsExplanation(run)) return { fits: false, grade: besideOthers(gradeRun(target, events, run)) };
  }
  const tasks = cold.commands.length;
  const digests = Array.from(cold.commands, digest);
  let grade: Grade | undefined;
  for (const run of [...first, queried]) grade ??= differenceOf(cold, run, tasks, digests);
  for (const untilTask of target.tellsReplaying ? cutsOf(tasks) : []) {
    const [cut] = runInTurn(target, events, { ...base, untilTask, endsLive: true }) as [Run];
    if (!decidesAnew(cold, cut)) grade ??= differenceOf(cold, cut, untilTask, digests);
  }
  return { fits: grade === undefined, grade: grade ?? gradeRun(target, events, cold) };
}

/** Of a change that history does not have, code that is live decides for itself, as it should. */
function decidesAnew(whole: Run, cut: Run): boolean {
  const count = ({ commands }: Run, tasks: number) =>
    commands.slice(0, tasks).flat().filter(isDecision).length;
  return count(cut, cut.commands.length) > count(whole, cut.commands.length);
}

function isDecision({ type }: WorkflowCommand): boolean {
  return type === 'setPatchMarker' || type === 'setVersionMarker';
}

/** Undefined when two replays asked for the same in the first `tasks` workflow tasks. */
export function differenceOf(
  whole: Run,
  other: Run,
  tasks = whole.commands.length,
  digests: readonly string[] = Array.from(whole.commands, digest),
): Grade | undefined {
  for (let task = 0; task < tasks; task++) {
    if (digests[task] !== digest(other.commands[task])) return notDeterministic(whole, other, task);
  }
  return undefined;
}

/** A replay with queries, explained when they change what the workflow does: without them the history fits. */
export async function replayWithQueries(
  target: ReplayTarget,
  events: readonly HistoryEvent[],
  namespace: string,
): Promise<{ readonly run: Run; readonly grade?: Grade }> {
  const options = { namespace, injectQueries: true, keepCommands: true };
  const run = await runHistory(target, events, options);
  if (!needsExplanation(run)) return { run };
  const explained = await runHistory(target, events, { ...options, explain: true });
  return { run, grade: afterQueries(gradeRun(target, events, explained)) };
}

function cutsOf(tasks: number): number[] {
  if ((tasks * (tasks + 1)) / 2 <= COLD_BUDGET * tasks || tasks <= 16) {
    return Array.from({ length: tasks }, (_, index) => index + 1);
  }
  const cuts: number[] = [];
  for (let task = tasks >> 1; task > 0; task >>= 1) cuts.unshift(task);
  return cuts;
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

/** For a history that fits when it is replayed alone. */
function besideOthers(grade: Grade): Grade {
  const { divergence } = grade;
  return divergence ? { verdict: 'incompatible', divergence: { ...divergence, ...leak } } : grade;
}

const leak = {
  code: 'RFN3019',
  cause:
    'The code is not deterministic: it depends on something besides the history, such as state outside of the workflow, ' +
    'what another execution does at the same time, or whether it is replayed.',
  fix: 'Run `refrain check` to find where it comes from.',
} as const;

function notDeterministic(whole: Run, cold: Run, task: number): Grade {
  const index = (whole.commands[task] ?? []).findIndex(
    (command, at) => digest([command]) !== digest(cold.commands[task]?.slice(at, at + 1)),
  );
  const first = whole.commands[task]?.[index];
  const second = cold.commands[task]?.[Math.max(index, 0)];
  return {
    verdict: 'incompatible',
    divergence: {
      ...leak,
      workflowTask: task + 1,
      ...(first ? { recorded: commandView(first) } : {}),
      ...(second ? { attempted: commandView(second) } : {}),
      message: 'two replays of the same history asked for different commands',
    },
  };
}
