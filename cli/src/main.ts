import { readFileSync } from 'node:fs';
import type { Argv } from 'yargs';
import yargs from 'yargs';
import type { AnyCommand, CommandGroup, ExitCode } from './command.js';
import { commands } from './commands.js';
import { describeFailure } from './failure-report.js';
import { processTerminal, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Runs one command line (without `node` and the script) and returns the exit code. Never throws. */
export async function main(
  args: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const onExit = (code: ExitCode) => {
    exitCode = code;
  };
  try {
    const cli = build(terminal, onExit);
    await cli.parseAsync([...args], {}, (_error, _options, output) => {
      if (output) terminal.stdout.write(`${output}\n`);
    });
    return exitCode;
  } catch (error) {
    terminal.stderr.write(`${describeFailure(error, terminal)}\n`);
    return 2;
  }
}

function build(terminal: Terminal, onExit: (code: ExitCode) => void): Argv {
  const cli = yargs()
    .scriptName('refrain')
    .usage('$0 <command>\n\nDurable workflows that replay the same every time.')
    .parserConfiguration({ 'populate--': true, 'dot-notation': false, 'parse-positional-numbers': false })
    .version(packageVersion())
    .alias({ h: 'help', v: 'version' })
    .wrap(Math.min(100, terminal.columns))
    .completion('completion', 'Print a script for shell completion (bash, zsh)')
    .demandCommand(1, 'Which command? `refrain --help` lists them.')
    .recommendCommands()
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError('RFN7001', message);
    });
  for (const entry of commands) register(cli, entry, terminal, onExit);
  return cli;
}

function register(
  cli: Argv,
  entry: AnyCommand | CommandGroup,
  terminal: Terminal,
  onExit: (code: ExitCode) => void,
): void {
  if ('members' in entry) {
    const group = (inner: Argv): Argv => {
      for (const member of entry.members) register(inner, member, terminal, onExit);
      return inner.demandCommand(1, `Which of them? \`refrain ${entry.usage} --help\` lists them.`);
    };
    cli.command(entry.usage, entry.describe, group, () => undefined);
    return;
  }
  cli.command(
    entry.usage,
    entry.describe,
    (inner: Argv) => {
      for (const [command, explanation] of entry.examples) inner.example(command, explanation);
      return entry.options(inner);
    },
    async (options) => {
      onExit(await entry.run(options as never, terminal));
    },
  );
}

function packageVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
