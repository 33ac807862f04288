import { corpus, exploreScenario, heldOut, secondHeldOut } from './corpus.js';
import type { Scenario } from './scenario.js';

/**
 * `npm run bench -- explore [runs] [name, as a regular expression] [seed] [--json]`: how many of the seeded bugs are found, and
 * within how many runs.
 */
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const runs = Number(asked[0] ?? 200);
const only = new RegExp(asked[1] ?? '');
const seed = Number(asked[2] ?? 1);
const tell = process.argv.includes('--json') ? () => undefined : console.log;
const fixtures = process.env['CORPUS']!;

export interface Summary {
  readonly title: string;
  readonly bugs: number;
  /** After how many runs each bug that was found was found. */
  readonly foundAfter: readonly number[];
  /** How many were shrunk to the fewest deviations there can be. */
  readonly minimal: number;
  readonly falseAlarms: number;
  readonly seconds: number;
}

/** What `bench.mjs` prints as rows. */
export const summaries: Summary[] = [];

let falseAlarms = 0;
for (const [title, scenarios] of Object.entries({
  'seeded bugs': corpus,
  'held-out bugs': heldOut,
  'second held-out bugs': secondHeldOut,
}))
  falseAlarms += await report(title, scenarios);
process.exitCode = falseAlarms > 0 ? 1 : 0;

async function report(title: string, scenarios: readonly Scenario[]): Promise<number> {
  const chosen = scenarios.filter(({ bug }) => only.test(bug));
  if (chosen.length === 0) return 0;
  const foundAfter: number[] = [];
  let minimal = 0;
  let alarms = 0;
  const began = performance.now();
  for (const scenario of chosen) {
    const outcome = await exploreScenario(scenario, fixtures, runs, seed);
    if (outcome.found) foundAfter.push(outcome.found.afterRuns);
    if (outcome.found && outcome.found.deviations <= outcome.found.minimum) minimal += 1;
    if (outcome.falseAlarm) alarms += 1;
    const result = outcome.found
      ? `after ${String(outcome.found.afterRuns).padStart(3)} runs, ${outcome.found.deviations} deviations (at least ${outcome.found.minimum}): ${outcome.found.message.split('\n')[0]!.slice(0, 80)}`
      : 'NOT FOUND';
    tell(`${outcome.bug.padEnd(34)} ${outcome.seconds.toFixed(1).padStart(5)} s  ${result}`);
    if (outcome.falseAlarm) tell(`  FALSE ALARM on the twin: ${outcome.falseAlarm}`);
  }
  const seconds = (performance.now() - began) / 1000;
  summaries.push({ title, bugs: chosen.length, foundAfter, minimal, falseAlarms: alarms, seconds });
  const within = (limit: number) => foundAfter.filter((count) => count <= limit).length;
  tell(
    `\n${foundAfter.length} of ${chosen.length} ${title} found within ${runs} runs (${within(10)} within 10, ` +
      `${within(50)} within 50), ${minimal} shrunk to the known minimum, ${alarms} false alarms, ${seconds.toFixed(1)} s\n`,
  );
  return alarms;
}
