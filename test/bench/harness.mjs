// What all benchmarks share: alternating rounds, medians, a table for people, rows for machines.
import { cpus, totalmem } from 'node:os';

/**
 * @typedef {object} Row One figure of one system; the form of `npm run bench -- <name> --json`.
 * @property {string} bench
 * @property {string} system
 * @property {string} case
 * @property {string} metric
 * @property {string} unit
 * @property {number} median
 * @property {number} min
 * @property {number} max
 * @property {number} rounds
 */

/**
 * Runs every measurement once to warm up, then `rounds` times in turn (a, b, a, b, …), so that a noisy
 * minute of the machine falls on all of them.
 *
 * @param {string} bench
 * @param {number} rounds
 * @param {readonly { system: string, case: string, metric: string, unit: string, measure: () => Promise<number> | number }[]} measurements
 * @returns {Promise<Row[]>}
 */
export async function measureAlternating(bench, rounds, measurements) {
  const values = measurements.map(() => /** @type {number[]} */ ([]));
  for (let round = -1; round < rounds; round++) {
    for (const [index, { measure }] of measurements.entries()) {
      const value = await measure();
      if (round >= 0) values[index].push(value);
    }
  }
  return measurements.map(({ measure: _, ...head }, index) => row({ bench, ...head }, values[index]));
}

/** @returns {Row} */
export function row({ bench, system, case: name, metric, unit }, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const [median, min, max] = [medianOf(sorted), sorted[0], sorted.at(-1)].map(round3);
  return { bench, system, case: name, metric, unit, median, min, max, rounds: values.length };
}

export function medianOf(sorted) {
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function round3(value) {
  return Number(value.toPrecision(4));
}

/** Prints the rows: as one JSON array with `--json`, else as a table. */
export function print(rows, args = process.argv) {
  if (args.includes('--json')) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  console.log(machine());
  const cells = rows.map((r) => [r.system, r.case, r.metric, `${r.median} ${r.unit}`, `${r.min}–${r.max}`]);
  const head = ['system', 'case', 'metric', 'median', 'spread'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column].length)),
  );
  for (const line of [head, ...cells]) {
    console.log(line.map((cell, column) => cell.padEnd(widths[column])).join('  '));
  }
}

/** One line that says on what the figures were measured. */
export function machine() {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

/** The value of `--name value` or `--name=value`. */
export function option(name, fallback, args = process.argv) {
  const index = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  if (index < 0) return fallback;
  return args[index].includes('=') ? args[index].slice(args[index].indexOf('=') + 1) : args[index + 1];
}
