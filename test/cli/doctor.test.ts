import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.js';

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'refrain-doctor-'));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function write(file: string, content: object | string): void {
  mkdirSync(join(project, file, '..'), { recursive: true });
  writeFileSync(join(project, file), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('refrain doctor', () => {
  it('finds nothing wrong with a complete project', async () => {
    write('package.json', { type: 'module', dependencies: { '@refrain/engine': '*' } });
    write('node_modules/@refrain/engine/package.json', { name: '@refrain/engine', version: '0.1.0' });
    write('eslint.config.js', "import refrain from '@refrain/eslint-plugin';");
    const { exitCode, stdout } = await runCli(['doctor', project]);
    expect(stdout).toContain('@refrain/engine 0.1.0');
    expect(stdout).not.toContain('✗');
    expect(exitCode).toBe(0);
  });

  it('reports packages that are missing and versions that differ', async () => {
    write('package.json', {
      devDependencies: { '@refrain/cli': '*', '@refrain/engine': '*', '@refrain/test-env': '*' },
    });
    write('node_modules/@refrain/engine/package.json', { name: '@refrain/engine', version: '0.1.0' });
    write('node_modules/@refrain/cli/package.json', { name: '@refrain/cli', version: '0.2.0' });
    const { exitCode, stdout } = await runCli(['doctor', project]);
    expect(stdout).toContain('@refrain/test-env is not installed');
    expect(stdout).toContain('different versions side by side');
    expect(exitCode).toBe(1);
  });

  it('refuses a folder without a project', async () => {
    expect(await runCli(['doctor', project])).toMatchObject({ exitCode: 2 });
  });

  it('says where package.json is broken', async () => {
    write('package.json', '{ "name": ');
    const { exitCode, stderr } = await runCli(['doctor', project]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('RFN7004');
  });
});
