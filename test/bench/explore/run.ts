import { corpus, exploreScenario } from './corpus.js';

/** `npm run bench -- explore [runs] [name, as a regular expression]`: how many of the seeded bugs are found, and within how many runs. */
const runs = Number(process.argv[2] ?? 200);
const only = new RegExp(process.argv[3] ?? '');
const fixtures = process.env['CORPUS']!;
const chosen = corpus.filter(({ bug }) => only.test(bug));
let found = 0;
let falseAlarms = 0;
const began = performance.now();
for (const scenario of chosen) {
  const outcome = await exploreScenario(scenario, fixtures, runs, 1);
  if (outcome.found) found += 1;
  if (outcome.falseAlarm) falseAlarms += 1;
  const result = outcome.found
    ? `after ${String(outcome.found.afterRuns).padStart(3)} runs: ${outcome.found.message.split('\n')[0]!.slice(0, 90)}`
    : 'NOT FOUND';
  console.log(`${outcome.bug.padEnd(32)} ${result}`);
  if (outcome.falseAlarm) console.log(`  FALSE ALARM on the twin: ${outcome.falseAlarm}`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(
  `\n${found} of ${chosen.length} seeded bugs found within ${runs} runs, ${falseAlarms} false alarms, ${seconds} s`,
);
process.exitCode = falseAlarms > 0 ? 1 : 0;
