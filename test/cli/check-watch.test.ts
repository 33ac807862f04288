import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { root } from '../integrity/repository.js';
import { temporaryProject } from './project.js';

const workflow =
  "import { proxyActivities } from '@temporalio/workflow';\nimport { f } from '~/f';\nconst { act } = proxyActivities<{ act(x: unknown): Promise<void> }>({ startToCloseTimeout: '1m' });\nexport async function flow(): Promise<void> {\n  await act(f());\n}\n";
const calm = 'export const f = () => 1;\n';
const hazard = 'export const f = () => process.pid;\n';
const paths = (target: string) => ({ compilerOptions: { paths: { '~/*': [target] } } });

interface Watching {
  readonly process: ChildProcess;
  /** Waits until a text has been written since the last call. */
  readonly until: (text: string) => Promise<void>;
}

function watch(folder: string, ...more: string[]): Watching {
  const child = spawn(
    process.execPath,
    [join(root, 'cli', 'bin', 'refrain.js'), 'check', '--watch', '--no-cache', ...more],
    { cwd: folder, env: { ...process.env, CI: '', NO_COLOR: '1' } },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let written = '';
  child.stdout.on('data', (chunk: Buffer) => (written += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (written += chunk.toString('utf8')));
  const until = async (text: string): Promise<void> => {
    for (let end = performance.now() + 20_000; !written.includes(text);) {
      if (performance.now() > end) throw new Error(`'${text}' was not written, but:\n${written}`);
      await new Promise((done) => setTimeout(done, 20));
    }
    written = written.slice(written.indexOf(text) + text.length);
  };
  return { process: child, until };
}

async function end({ process: child }: Watching, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  return ((await exited) as [number | null])[0];
}

describe('refrain check --watch', () => {
  it('checks again when files change, come, go, break and are mended, and when the configuration changes', async () => {
    const folder = temporaryProject({
      'tsconfig.json': paths('./src/*'),
      'src/w.ts': workflow,
      'src/f.ts': calm,
      'other/f.ts': hazard,
    });
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    const watching = watch(folder);
    await watching.until('no findings');
    await watching.until('Watching for changes; Ctrl-C ends.');

    write('src/f.ts', hazard);
    await watching.until('Changed: src/f.ts');
    await watching.until('src/f.ts:1:24  error');
    await watching.until('1 error');

    write('src/f.ts', `${hazard}const broken = {`);
    await watching.until("src/f.ts:2:17  syntax error: '}' expected.");
    await watching.until('1 error');

    // As editors and git do it: another file takes the place of the old one.
    write('src/f.ts.new', calm);
    renameSync(join(folder, 'src/f.ts.new'), join(folder, 'src/f.ts'));
    await watching.until('no findings');

    mkdirSync(join(folder, 'src/deep'));
    write('src/deep/v.ts', workflow.replace('~/f', '../../other/f'));
    await watching.until('2 workflows');
    rmSync(join(folder, 'src/deep'), { recursive: true });
    await watching.until('1 workflow,');

    write('tsconfig.json', JSON.stringify(paths('./other/*')));
    await watching.until('Changed: tsconfig.json');
    await watching.until('other/f.ts:1:24  error');

    renameSync(join(folder, 'src'), join(folder, 'gone'));
    await watching.until('1 error');
    rmSync(join(folder, 'gone'), { recursive: true });
    await watching.until('RFN5002');
    write('w.ts', workflow);
    await watching.until('other/f.ts:1:24  error');

    expect(await end(watching, 'SIGINT')).toBe(1);
  });

  it('begins where there is no workflow yet, and ends with the last answer', async () => {
    const folder = temporaryProject({ 'refrain.config.json': '{' });
    const watching = watch(folder);
    await watching.until('RFN7006');
    await watching.until('Watching for changes');
    writeFileSync(join(folder, 'refrain.config.json'), '{ "profile": "temporal" }');
    await watching.until('RFN5002');
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'src/w.ts'), workflow.replace("'~/f'", "'./f'"));
    writeFileSync(join(folder, 'src/f.ts'), calm);
    await watching.until('no findings');
    expect(await end(watching, 'SIGTERM')).toBe(0);
  });
});
