import { ruleIds } from '@refrain/analyzer';
import { colorWanted, commands } from '@refrain/cli/internal';
import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.js';

describe('the command line', () => {
  it('prints a help that fits a screen', async () => {
    const { exitCode, stdout } = await runCli(['--help'], { columns: 80 });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('refrain explain');
    expect(stdout.split('\n').length).toBeLessThanOrEqual(24);
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

  it.each([
    ['a member of a group', ['workflow', 'strat'], 'Did you mean `start`?'],
    ['an option of a member', ['workflow', 'start', '--typ', 'x'], 'Did you mean `--type`?'],
  ])('names the nearest %s', async (_what, args, text) => {
    const { exitCode, stderr } = await runCli(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(text);
  });

  it('has an example in the help of every command', async () => {
    const members = commands.flatMap((entry) =>
      'members' in entry
        ? entry.members.map((member) => [entry.usage, member] as const)
        : [['', entry] as const],
    );
    for (const [group, { usage, examples }] of members) {
      expect(examples.length, `${group} ${usage}`).toBeGreaterThan(0);
    }
    const { stdout } = await runCli(['workflow', 'reset', '--help']);
    expect(stdout).toContain('refrain workflow reset -w order-7 --type LastWorkflowTask');
  });

  it('prints a script for shell completion', async () => {
    const { exitCode, stdout } = await runCli(['completion']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('refrain');
    expect(stdout).toContain('--get-yargs-completions');
  });

  it('completes commands', async () => {
    const { stdout } = await runCli(['--get-yargs-completions', 'refrain', 're']);
    expect(stdout).toContain('replay');
  });

  it('colours nothing but a terminal, and not where NO_COLOR is set', () => {
    expect(colorWanted({}, true)).toBe(true);
    expect(colorWanted({}, false)).toBe(false);
    expect(colorWanted({ NO_COLOR: '1' }, true)).toBe(false);
    expect(colorWanted({ NO_COLOR: '' }, true)).toBe(true);
    expect(colorWanted({ FORCE_COLOR: '1' }, false)).toBe(true);
    expect(colorWanted({ TERM: 'dumb' }, true)).toBe(false);
  });

  it('asks for a command when there is none', async () => {
    expect(await runCli([])).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it.each([...ruleIds])('explains %s', async (rule) => {
    const { exitCode, stdout } = await runCli(['explain', rule]);
    expect(exitCode).toBe(0);
    expect(stdout.startsWith(`# ${rule}\n`)).toBe(true);
  });

  it('explains a rule by the name that it has in the linter', async () => {
    expect((await runCli(['explain', '@refrain/wall-clock'])).stdout).toMatch(/^# wall-clock\n/);
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
