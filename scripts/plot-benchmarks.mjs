// `node scripts/plot-benchmarks.mjs engine.json replay.json`: draws the plots of docs/performance.md from the rows that
// `npm run bench -- <name> --json` prints, into docs/plots/.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs', 'plots');
const rows = process.argv.slice(2).flatMap((file) => JSON.parse(readFileSync(file, 'utf8')));

const plots = [
  {
    file: 'throughput.svg',
    title: 'Durable workflows of 10 activities per second',
    x: 'workflows at a time',
    y: '1/s',
    take: ({ bench, metric, case: name }) =>
      bench === 'engine' && metric === 'workflowsPerSecond' && Number(/(\d+) at a time/.exec(name)?.[1]),
  },
  {
    file: 'replay.svg',
    title: 'Replay of one history, CPU time',
    x: 'events',
    y: 'ms',
    take: ({ bench, metric, case: name }) =>
      bench === 'replay' &&
      metric === 'CPU time' &&
      Number(/one history of ([\d,]+) events/.exec(name)?.[1]?.replaceAll(',', '')),
  },
];
const [width, height] = [640, 360];
const box = { left: 70, right: 20, top: 40, bottom: 50 };
const colours = ['#2563eb', '#dc2626', '#059669', '#9333ea', '#d97706'];

/** A logarithmic scale from values to pixels. */
function scale(values, from, to) {
  const low = Math.log10(Math.min(...values));
  const span = Math.log10(Math.max(...values)) - low || 1;
  return (value) => from + ((Math.log10(value) - low) / span) * (to - from);
}

/** 1, 2 and 5 times powers of ten between the smallest and the largest value. */
function ticks(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const factor of [1, 2, 5]) found.push(factor * 10 ** power);
  }
  return found.filter((tick) => tick >= low && tick <= high);
}

function draw({ title, x: xName, y: yName }, points) {
  const xs = points.map(({ x }) => x);
  const ys = points.flatMap(({ min, max }) => [min, max]);
  const toX = scale(xs, box.left, width - box.right);
  const toY = scale(ys, height - box.bottom, box.top);
  const text = (at, content, more = '') =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${content}</text>`;
  const line = (x1, y1, x2, y2) =>
    `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#d4d4d8"/>`;
  const parts = [text([box.left, 22], title, 'font-weight="bold"')];
  for (const tick of [...new Set(xs)]) {
    parts.push(line(toX(tick), box.top, toX(tick), height - box.bottom));
    parts.push(
      text([toX(tick), height - box.bottom + 18], tick.toLocaleString('en'), 'text-anchor="middle"'),
    );
  }
  for (const tick of ticks(ys)) {
    parts.push(line(box.left, toY(tick), width - box.right, toY(tick)));
    parts.push(text([box.left - 8, toY(tick) + 4], tick.toLocaleString('en'), 'text-anchor="end"'));
  }
  parts.push(
    text(
      [(box.left + width - box.right) / 2, height - 10],
      `${xName} (both axes logarithmic)`,
      'text-anchor="middle"',
    ),
  );
  parts.push(text([10, 22], yName));
  for (const [index, system] of [...new Set(points.map(({ system }) => system))].entries()) {
    const own = points.filter((point) => point.system === system).sort((a, b) => a.x - b.x);
    const colour = colours[index % colours.length];
    const path = own.map(({ x, median }) => `${toX(x).toFixed(1)},${toY(median).toFixed(1)}`).join(' ');
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const { x, median, min, max } of own) {
      parts.push(
        `<line x1="${toX(x).toFixed(1)}" y1="${toY(min).toFixed(1)}" x2="${toX(x).toFixed(1)}" y2="${toY(max).toFixed(1)}" stroke="${colour}"/>`,
      );
      parts.push(
        `<circle cx="${toX(x).toFixed(1)}" cy="${toY(median).toFixed(1)}" r="3.5" fill="${colour}"/>`,
      );
    }
    parts.push(text([width - box.right - 120, box.top + 16 + 18 * index], system, `fill="${colour}"`));
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">\n` +
    `<rect width="${width}" height="${height}" fill="white"/>\n${parts.join('\n')}\n</svg>\n`
  );
}

mkdirSync(folder, { recursive: true });
for (const plot of plots) {
  const points = rows.map((row) => ({ ...row, x: plot.take(row) })).filter(({ x }) => Boolean(x));
  if (points.length === 0) continue;
  writeFileSync(join(folder, plot.file), draw(plot, points));
  console.log(`${join('docs', 'plots', plot.file)}: ${points.length} points`);
}
