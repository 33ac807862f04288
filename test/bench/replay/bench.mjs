// Replay of one 48,005-event history and of 1,000 histories of 65 events, from the bytes of JSON files, beside
// Temporal's own replayer: `npm run bench -- replay [rounds] [--json] [--without-temporal] [--events 605,6005,48005]`.
// With `--events`, one history of each size instead.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { option, print, row } from '../harness.mjs';

const script = fileURLToPath(new URL('./measure.mjs', import.meta.url));
const rounds = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 3);
const systems = [
  'refrain',
  'refrain-native',
  ...(process.argv.includes('--without-temporal') ? [] : ['temporal']),
];
/** An activity makes six events, the run five. */
const sizes = option('events', '')
  .split(',')
  .filter(Boolean)
  .map((events) => Math.max(1, Math.round((Number(events) - 5) / 6)));
const cases =
  sizes.length > 0
    ? sizes.map((activities) => ({
        name: `one history of ${(6 * activities + 5).toLocaleString('en')} events`,
        count: 1,
        activities,
      }))
    : [
        { name: '1,000 histories of 65 events', count: 1000, activities: 10 },
        { name: 'one history of 48,005 events', count: 1, activities: 8000 },
      ];

const rows = [];
for (const { name, count, activities } of cases) {
  const measured = new Map(systems.map((system) => [system, []]));
  for (let round = 0; round < rounds; round++) {
    for (const system of systems) {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [script, system, String(count), String(activities)],
        { encoding: 'utf8' },
      );
      if (status !== 0) throw new Error(`${system}: ${stderr}`);
      measured.get(system).push(JSON.parse(stdout.trim().split('\n').at(-1)));
    }
  }
  for (const [system, values] of measured) {
    for (const [metric, unit, key] of [
      ['time', 'ms', 'ms'],
      ['CPU time', 'ms', 'cpuMs'],
      ['peak memory', 'MB', 'peakMb'],
    ]) {
      const head = { bench: 'replay', system, case: name, metric, unit };
      rows.push(
        row(
          head,
          values.map((value) => value[key]),
        ),
      );
    }
  }
}
print(rows);
