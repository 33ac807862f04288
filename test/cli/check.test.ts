import { cpSync, readFileSync, writeFileSync } from 'node:fs';
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

  it('refuses a configuration that it does not know', async () => {
    const project = temporaryProject({ 'refrain.config.json': { profil: 'temporal' } });
    const { exitCode, stderr } = await runCli(['check', project]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('`profil`');
  });
});
