import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../integrity/repository.js';

const folder = join(root, 'test', 'bench');
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'bench.mjs')));

/** The form of every benchmark's figures with `--json`. */
const shape = {
  bench: expect.any(String) as string,
  system: expect.stringMatching(/^[a-z]/) as string,
  case: expect.any(String) as string,
  metric: expect.stringMatching(/^[a-z]\w*$/i) as string,
  unit: expect.any(String) as string,
  median: expect.any(Number) as number,
  min: expect.any(Number) as number,
  max: expect.any(Number) as number,
  rounds: expect.any(Number) as number,
};

describe('benchmarks', () => {
  it.each(names)('%s prints its rows as all do', (name) => {
    const source = readFileSync(join(folder, name, 'bench.mjs'), 'utf8');
    expect(source).toMatch(/import \{[^}]*\bprint\b[^}]*\} from '\.\.\/harness\.mjs'/);
    expect(source).toMatch(/\bprint\(/);
  });

  it('print one array of rows with --json, and nothing else', () => {
    const args = [join(folder, 'bundle', 'bench.mjs'), '--without-temporal', '--rounds', '1', '--json'];
    const printed = execFileSync(process.execPath, args, { encoding: 'utf8' });
    const rows = JSON.parse(printed) as (typeof shape)[];
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row).toEqual(shape);
      expect(row.min).toBeLessThanOrEqual(row.median);
      expect(row.median).toBeLessThanOrEqual(row.max);
    }
  });
});
