import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from './run-cli.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const cli = fileURLToPath(new URL('../../cli/bin/refrain.js', import.meta.url));
const soon = { timeout: 8_000 };

/** `refrain dev` as a process of its own: signals, and what keeps a process, are seen only there. */
describe('refrain dev', { timeout: 20_000 }, () => {
  let folder: string;
  let stop: () => void;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'refrain-dev-'));
    stop = () => undefined;
  });
  afterEach(() => {
    stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);

  function dev(...args: readonly string[]) {
    const child = spawn(process.execPath, [cli, 'dev', '--port', '0', ...args], { cwd: folder });
    stop = () => void child.kill('SIGKILL');
    const seen = { text: '', exit: undefined as unknown };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (seen.text += chunk.toString('utf8')));
    }
    void once(child, 'close').then(([code, signal]) => (seen.exit = code ?? signal));
    return {
      seen,
      prints: (text: string) => expect.poll(() => seen.text, soon).toContain(text),
      ends: (exitCode: number) => expect.poll(() => seen.exit, soon).toBe(exitCode),
      kill: (signal: NodeJS.Signals) => child.kill(signal),
    };
  }

  it.each([
    ['does not exist', 'RFN1110', ''],
    ['does not compile', 'RFN1111', 'export function ('],
  ])('ends with 2 when the workflow code %s', async (_, code, text) => {
    if (text) write('workflows.ts', text);
    // What the activities' module holds must not keep the process.
    write('activities.ts', 'setInterval(() => {}, 1_000);');
    const { seen, ends } = dev('--workflows', 'workflows.ts', '--activities', 'activities.ts');
    await ends(2);
    expect(seen.text).toContain(code);
    expect(existsSync(join(folder, 'refrain.db'))).toBe(text !== '');
  });

  it('ends on SIGTERM while code is being loaded', async () => {
    write('workflows.ts', 'export async function hello() {}');
    write('activities.ts', 'console.log("loading"); await new Promise(() => setInterval(() => {}, 1_000));');
    const { prints, kill, ends } = dev('--workflows', 'workflows.ts', '--activities', 'activities.ts');
    await prints('loading');
    kill('SIGTERM');
    await ends(0);
  });

  it('ends on SIGINT while it waits for code to be put right', async () => {
    write('workflows.ts', 'export async function hello() {}');
    const { prints, kill, ends } = dev('--workflows', 'workflows.ts');
    await prints('workflows on task queue default: hello');
    write('workflows.ts', 'export function (');
    await prints('the old code goes on');
    kill('SIGINT');
    await ends(0);
  });

  it('takes code up however it is written, and says which executions it cannot replay', async () => {
    const code = (body: string, name = 'waits') =>
      `import { executeChild, sleep } from '@refrain/engine/workflow';\nexport async function ${name}() {\n  ${body}\n}\n`;
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    write('workflows.ts', code("await sleep('1 hour');"));
    const { seen, prints, kill, ends } = dev('--workflows', 'workflows.ts');
    await prints('workflows on task queue default: waits');
    const [, address] = /API on (\S+)/.exec(seen.text)!;
    await runCli(['workflow', 'start', '--type', 'waits', '-w', 'w', '--address', address!]);
    const next = async (change: () => void, text: string) => {
      seen.text = '';
      change();
      await prints(text);
    };
    // As editors and git do: another file in place of this one.
    const replace = (text: string) => {
      write('new.tmp', text);
      renameSync(join(folder, 'new.tmp'), join(folder, 'workflows.ts'));
    };
    await next(() => replace(code("await executeChild('other'); await sleep('1 hour');")), '1 cannot go on');
    expect(seen.text).toMatch(/w: .*RFN3015.*\n[^]*workflows\.ts:3:/);
    await next(
      () => appendFileSync(join(folder, 'workflows.ts'), 'export function ('),
      'the old code goes on',
    );
    await next(() => rmSync(join(folder, 'workflows.ts')), 'the old code goes on');
    await next(() => write('workflows.ts', code('await sleep(1);', 'another')), 'default: another');
    expect(seen.text).toContain('1 cannot go on');
    await next(() => replace(code("await sleep('1 hour');")), 'default: waits');
    kill('SIGINT');
    await ends(0);
  });
});
