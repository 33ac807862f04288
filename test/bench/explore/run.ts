import { corpus, exploreScenario, heldOut } from './corpus.js';
import type { Scenario } from './scenario.js';

/**
 * `npm run bench -- explore [runs] [name, as a regular expression] [seed]`: how many of the seeded bugs are found, and
 * within how many runs.
 */
const runs = Number(process.argv[2] ?? 200);
const only = new RegExp(process.argv[3] ?? '');
const seed = Number(process.argv[4] ?? 1);
const fixtures = process.env['CORPUS']!;

const falseAlarms = (await report('seeded bugs', corpus)) + (await report('held-out bugs', heldOut));
process.exitCode = falseAlarms > 0 ? 1 : 0;

async function report(title: string, scenarios: readonly Scenario[]): Promise<number> {
  const chosen = scenarios.filter(({ bug }) => only.test(bug));
  if (chosen.length === 0) return 0;
  const foundAfter: number[] = [];
  let alarms = 0;
  const began = performance.now();
  for (const scenario of chosen) {
    const outcome = await exploreScenario(scenario, fixtures, runs, seed);
    if (outcome.found) foundAfter.push(outcome.found.afterRuns);
    if (outcome.falseAlarm) alarms += 1;
    const result = outcome.found
      ? `after ${String(outcome.found.afterRuns).padStart(3)} runs, ${outcome.found.deviations} deviations: ${outcome.found.message.split('\n')[0]!.slice(0, 80)}`
      : 'NOT FOUND';
    console.log(`${outcome.bug.padEnd(34)} ${outcome.seconds.toFixed(1).padStart(5)} s  ${result}`);
    if (outcome.falseAlarm) console.log(`  FALSE ALARM on the twin: ${outcome.falseAlarm}`);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const within = (limit: number) => foundAfter.filter((count) => count <= limit).length;
  console.log(
    `\n${foundAfter.length} of ${chosen.length} ${title} found within ${runs} runs (${within(10)} within 10, ` +
      `${within(50)} within 50), ${alarms} false alarms, ${seconds} s\n`,
  );
  return alarms;
}
