import { describe, expect, it } from 'vitest';
import { temporaryProject } from './project.js';
import { runCli } from './run-cli.js';

describe('refrain doctor', () => {
  it('finds nothing wrong with a complete project', async () => {
    const project = temporaryProject({
      'package.json': { type: 'module', dependencies: { '@refrain/engine': '*' } },
      'node_modules/@refrain/engine/package.json': { name: '@refrain/engine', version: '0.1.0' },
      'eslint.config.js': "import refrain from '@refrain/eslint-plugin';",
    });
    const { exitCode, stdout } = await runCli(['doctor', project]);
    expect(stdout).toContain('@refrain/engine 0.1.0');
    expect(stdout).not.toContain('✗');
    expect(exitCode).toBe(0);
  });

  it('reports packages that are missing and versions that differ', async () => {
    const project = temporaryProject({
      'package.json': {
        devDependencies: { '@refrain/cli': '*', '@refrain/engine': '*', '@refrain/test-env': '*' },
      },
      'node_modules/@refrain/engine/package.json': { name: '@refrain/engine', version: '0.1.0' },
      'node_modules/@refrain/cli/package.json': { name: '@refrain/cli', version: '0.2.0' },
    });
    const { exitCode, stdout } = await runCli(['doctor', project]);
    expect(stdout).toContain('@refrain/test-env is not installed');
    expect(stdout).toContain('different versions side by side');
    expect(exitCode).toBe(1);
  });

  it('says where workflows are, and what is missing for their tests', async () => {
    const project = temporaryProject({
      'package.json': { type: 'module', dependencies: { '@refrain/test-env': '*' } },
      'node_modules/@refrain/test-env/package.json': { name: '@refrain/test-env', version: '0.1.0' },
      'src/flows.ts':
        "import { sleep } from '@refrain/engine/workflow';\nexport async function flow() {\n  await sleep('1s');\n}\n",
    });
    const { stdout } = await runCli(['doctor', project]);
    expect(stdout).toContain('✓ workflows in src/flows.ts');
    expect(stdout).toContain('`vitest` is not installed');
  });

  it('finds the workflows that the configuration names by globs', async () => {
    const project = temporaryProject({
      'package.json': { type: 'module' },
      'refrain.config.json': { profile: 'refrain', workflows: ['src/**/*.flow.ts'] },
      'src/deep/a.flow.ts': 'export async function flow() {}\n',
      'src/deep/a.ts': 'export async function other() {}\n',
    });
    const { stdout } = await runCli(['doctor', project]);
    expect(stdout).toContain('✓ workflows in src/deep/a.flow.ts\n');
  });

  it('refuses a folder without a project', async () => {
    expect(await runCli(['doctor', temporaryProject({})])).toMatchObject({ exitCode: 2 });
  });

  it('says where package.json is broken', async () => {
    const project = temporaryProject({ 'package.json': '{ "name": ' });
    const { exitCode, stderr } = await runCli(['doctor', project]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('RFN7004');
  });
});
