import { readFileSync } from 'node:fs';
import type { Argv } from 'yargs';
import yargs from 'yargs';
import type { AnyCommand, CommandGroup, ExitCode } from './command.js';
import { commands } from './commands.js';
import { describeFailure } from './failure-report.js';
import { nearest } from './nearest.js';
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
    .epilogue('Exit codes: 0 fine, 1 findings, 2 usage, configuration or input.')
    .demandCommand(1, 'Which command? `refrain --help` lists them.')
    .strict()
    .exitProcess(false);
  for (const entry of commands) register(cli, entry, terminal, onExit);
  cli.completion('completion', 'Print a completion script for bash or zsh');
  return failWithSuggestion(cli, commands.map(wordOf));
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
      return failWithSuggestion(inner, entry.members.map(wordOf)).demandCommand(
        1,
        `Which of them? \`refrain ${entry.usage} --help\` lists them.`,
      );
    };
    cli.command(entry.usage, entry.describe, group, () => undefined);
    return;
  }
  const declare = (inner: Argv): Argv => {
    for (const [name, positional] of Object.entries(entry.positionals)) inner.positional(name, positional);
    for (const [command, explanation] of entry.examples) inner.example(command, explanation);
    return failWithSuggestion(inner.options(entry.options), [
      '--help',
      '--version',
      ...Object.keys(entry.options).map((name) => `--${name}`),
    ]);
  };
  cli.command(entry.usage, entry.describe, declare, async (options) => {
    onExit(await entry.run(options as never, terminal));
  });
}

const wordOf = (entry: AnyCommand | CommandGroup): string => entry.usage.split(' ')[0]!;

/** Turns yargs' messages into errors; one about an unknown word names the nearest of `candidates`. */
function failWithSuggestion(cli: Argv, candidates: readonly string[]): Argv {
  return cli.fail((message, error) => {
    if (error) throw error;
    const unknown = /^Unknown (?:arguments?|commands?): ([^\s,]+)/.exec(message)?.[1];
    const isOption = candidates[0]?.startsWith('--') === true;
    const guess = unknown && nearest(isOption ? `--${unknown}` : unknown, candidates);
    throw new UsageError('RFN7001', guess ? `${message}. Did you mean \`${guess}\`?` : message);
  });
}

function packageVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
