import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.js';

describe('the command line', () => {
  it('prints a help that fits a screen', async () => {
    const { exitCode, stdout } = await runCli(['--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('refrain explain');
    expect(stdout.split('\n').length).toBeLessThanOrEqual(40);
  });

  it('names the nearest command and exits 2', async () => {
    const { exitCode, stderr } = await runCli(['explan']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('RFN7001');
    expect(stderr).toContain('Did you mean `explain`?');
  });

  it('names the nearest option and exits 2', async () => {
    const { exitCode, stderr } = await runCli(['explain', '--hlp']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean `--help`?');
  });

  it('asks for a command when there is none', async () => {
    expect(await runCli([])).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('explains an error code whatever its case', async () => {
    const { exitCode, stdout } = await runCli(['explain', 'rfn7001']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^# RFN7001/);
  });

  it('refuses a topic that does not exist', async () => {
    const { exitCode, stderr } = await runCli(['explain', 'RFN701']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean `RFN7001`?');
  });
});
