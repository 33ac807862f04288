import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../integrity/repository.js';
import { temporaryProject } from './project.js';
import { runCli } from './run-cli.js';

const order = join(root, 'docs', 'examples', 'order');

/** The order example with a helper, three calls below the workflow, that reads the clock. */
function orderWithClock(): string {
  const project = temporaryProject({
    'src/pricing.ts':
      "import { rebate } from './rebate.js';\nexport function priceOf(total: number): number {\n  return total - rebate(total);\n}\n",
    'src/rebate.ts':
      "import { isHappyHour } from './hours.js';\nexport function rebate(total: number): number {\n  return isHappyHour() ? total / 10 : 0;\n}\n",
    'src/hours.ts':
      'export function isHappyHour(): boolean {\n  const now = Date.now();\n  return Math.floor(now / 3_600_000) % 24 === 17;\n}\n',
  });
  cpSync(order, project, { recursive: true, filter: (file) => !file.includes('node_modules') });
  const workflows = join(project, 'src', 'workflows.ts');
  const text = readFileSync(workflows, 'utf8')
    .replace('import { Compensations }', "import { priceOf } from './pricing.js';\nimport { Compensations }")
    .replace('totalOf(order)', 'priceOf(totalOf(order))');
  writeFileSync(workflows, text);
  return project;
}

describe('refrain check', () => {
  it('finds nothing in the order example', async () => {
    const { exitCode, stdout } = await runCli(['check', order, '--no-cache']);
    expect(stdout).toContain('no findings');
    expect(exitCode).toBe(0);
  });

  it('shows a clock three calls deep, at its line, with the chain', async () => {
    const { exitCode, stdout } = await runCli(['check', orderWithClock(), '--format', 'json']);
    expect(exitCode).toBe(1);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Record<string, unknown>[] };
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      ruleId: 'wall-clock',
      file: 'src/hours.ts',
      line: 2,
      workflow: 'orderWorkflow',
    });
    expect((diagnostics[0]!['chain'] as { function: string }[]).map((frame) => frame.function)).toEqual([
      'orderWorkflow',
      'priceOf',
      'rebate',
      'isHappyHour',
    ]);
  });

  it('takes profile and workflows from the configuration file', async () => {
    const project = temporaryProject({
      'refrain.config.json': { profile: 'temporal', workflows: ['flows.ts'] },
      'flows.ts':
        "import { randomUUID } from 'node:crypto';\nexport async function flow() {\n  return randomUUID();\n}\n",
    });
    const { exitCode, stdout } = await runCli(['check', project, '--format', 'json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ profile: 'temporal', workflows: [{ name: 'flow' }] });
  });

  it('lists the workflows with the reason, for people and for programs', async () => {
    const { exitCode, stdout } = await runCli(['check', order, '--list-workflows', '--no-cache']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^src\/workflows\.ts:\d+ {2}orderWorkflow {2}\(refrain: exported by a module that imports the workflow API\)$/m,
    );
    const json = await runCli(['check', order, '--list-workflows', '--no-cache', '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject([
      {
        name: 'orderWorkflow',
        file: 'src/workflows.ts',
        profile: 'refrain',
        why: expect.any(String) as string,
      },
    ]);
  });

  it.each([
    ['a path that does not exist', ['check', '/no/such/folder'], 'RFN5001'],
    ['a profile that does not exist', ['check', order, '--profile', 'tempural'], 'tempural'],
    ['a project without workflows', ['check', join(root, 'scripts'), '--no-cache'], 'RFN5002'],
  ])('refuses %s', async (_what, args, text) => {
    const { exitCode, stderr, stdout } = await runCli(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(text);
    expect(stdout).toBe('');
  });

  it.each([
    [{ profil: 'temporal' }, '`profil`'],
    [{ profile: 'tempural' }, '`profile` takes the name of a profile: auto, refrain, temporal'],
    [{ workflows: 'src/flows.ts' }, '`workflows` takes a list of paths and globs'],
    ['{ profile: temporal }', 'refrain.config.json'],
  ])('refuses a configuration that it does not know: %o', async (config, text) => {
    const project = temporaryProject({ 'refrain.config.json': config });
    const { exitCode, stderr } = await runCli(['check', project]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('RFN7006');
    expect(stderr).toContain(text);
  });

  describe('the modules that are named', () => {
    const flow =
      "import { randomUUID } from 'node:crypto';\nexport async function flow() {\n  return randomUUID();\n}\n";
    const files = {
      'refrain.config.json': { profile: 'temporal', workflows: ['src/flows/**/*.ts'] },
      'src/flows/a.ts': flow,
      'src/flows/deep/b.ts': flow,
      'src/other.ts': flow,
      'lib/c.ts': flow,
    };
    const workflowsOf = async (args: readonly string[], cwd?: string): Promise<unknown> => {
      const { stdout } = await runCli(
        ['check', ...args, '--list-workflows'],
        cwd === undefined ? {} : { cwd },
      );
      return stdout.split('\n').flatMap((line) => /^\S+:\d+/.exec(line)?.[0] ?? []);
    };

    it('by globs of the configuration, also for a part of the project', async () => {
      const project = temporaryProject(files);
      expect(await workflowsOf([project])).toEqual(['src/flows/a.ts:2', 'src/flows/deep/b.ts:2']);
      expect(await workflowsOf([join(project, 'src/flows/deep')])).toEqual(['b.ts:2']);
      const { stderr } = await runCli(['check', join(project, 'lib')]);
      expect(stderr).toContain('RFN5002');
    });

    it('by paths from where one stands, and by globs', async () => {
      const project = temporaryProject(files);
      const named = (...names: string[]) => ['src', '--workflows', ...names];
      expect(await workflowsOf(named('src/other.ts'), project)).toEqual(['other.ts:2']);
      expect(await workflowsOf(named('flows/*.ts', './other.ts'), project)).toEqual([
        'flows/a.ts:2',
        'other.ts:2',
      ]);
    });

    it('are refused where they are not there', async () => {
      const project = temporaryProject({ ...files, 'refrain.config.json': { workflows: ['src/flow/*.ts'] } });
      const { exitCode, stderr } = await runCli(['check', project]);
      expect([exitCode, stderr.includes('RFN5007'), stderr.includes('src/flow/*.ts')]).toEqual([
        2,
        true,
        true,
      ]);
      expect((await runCli(['check', project, '--workflows', 'src/othr.ts'])).stderr).toContain(
        'src/othr.ts',
      );
    });
  });

  it('makes no baseline in CI, and none without a name', async () => {
    const project = orderWithClock();
    const baseline = join(project, 'refrain-baseline.json');
    const args = ['check', project, '--baseline', baseline];
    const inCi = await runCli(args, { env: { CI: 'true' } });
    expect([inCi.exitCode, inCi.stderr.includes('RFN7015'), existsSync(baseline)]).toEqual([2, true, false]);
    expect((await runCli(args)).exitCode).toBe(0);
    expect((await runCli(args, { env: { CI: 'true' } })).exitCode).toBe(0);
    expect((await runCli(['check', project, '--update-baseline'])).stderr).toContain('RFN7001');
    expect((await runCli(['check', project, '--baseline', join(project, 'no/b.json')])).stderr).toContain(
      'RFN7008',
    );
  });

  it('answers also when nobody reads to the end', async () => {
    const args = [join(root, 'cli', 'bin', 'refrain.js'), 'check', orderWithClock(), '--format', 'sarif'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')));
    child.stdout.destroy();
    const [exitCode] = (await once(child, 'close')) as [number | null];
    expect([exitCode, complaint]).toEqual([1, '']);
  });
});
