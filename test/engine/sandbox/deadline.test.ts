import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/**
 * In processes of their own, with and without what the usual way needs: an endless loop ends at the deadline, and the
 * process goes on as if nothing had been.
 */
const script = `
  import { bundleWorkflowCode, loadBundle } from '@refrain/engine/internal';
  const bundle = await bundleWorkflowCode({ sources: { 'index.ts': 'export async function wf() {}' } });
  const loaded = loadBundle(bundle, { deadlineMs: 150 });
  const endless = { loop: () => { for (;;); }, regex: () => /^(a+)+$/.test('a'.repeat(60) + 'b') };
  const seen = {};
  for (const [name, code] of Object.entries(endless)) {
    const began = performance.now();
    try { loaded.withDeadline(code); } catch (error) { seen[name] = error.name === 'WorkflowDeadlineError' && performance.now() - began < 10_000; }
  }
  await Promise.resolve().then(() => { try { loaded.withDeadline(endless.loop); } catch { seen.inMicrotask = true; } });
  try { loaded.withDeadline(() => { throw new RangeError('own'); }); } catch (error) { seen.own = error.message; }
  seen.result = loaded.withDeadline(() => 42);
  console.log(JSON.stringify(seen));`;

function run(before: string, flags: readonly string[] = []) {
  const args = [...flags, '--input-type=module', '-e', `${before}\n${script}`];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as unknown;
}

const expected = { loop: true, regex: true, inMicrotask: true, own: 'own', result: 42 };

describe('the deadline for code that does not give control back', () => {
  it('is kept by the debugger’s timer', () => {
    expect(run('')).toEqual(expected);
  });

  it('is kept where Node has no inspector', () => {
    const without = `
      const builtin = process.getBuiltinModule;
      process.getBuiltinModule = (name) => name === 'node:inspector' ? undefined : builtin.call(process, name);`;
    expect(run(without)).toEqual(expected);
  });
});
