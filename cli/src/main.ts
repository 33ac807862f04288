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
    const cli = build({ args, terminal, onExit });
    await cli.parseAsync([...args], {}, (_error, _options, output) => {
      if (output) terminal.stdout.write(`${output}\n`);
    });
    return exitCode;
  } catch (error) {
    terminal.stderr.write(`${describeFailure(error, terminal)}\n`);
    return 2;
  }
}

/** One command line under way. */
interface Invocation {
  readonly args: readonly string[];
  readonly terminal: Terminal;
  readonly onExit: (code: ExitCode) => void;
}

function build(invocation: Invocation): Argv {
  const cli = yargs()
    .scriptName('refrain')
    .usage('$0 <command>\n\nDurable workflows that replay the same every time.')
    .parserConfiguration({ 'populate--': true, 'dot-notation': false, 'parse-positional-numbers': false })
    .version(packageVersion())
    .alias({ h: 'help', v: 'version' })
    .wrap(Math.min(100, invocation.terminal.columns))
    .epilogue('Exit codes: 0 fine, 1 findings, 2 usage, configuration or input.')
    .demandCommand(1, 'Which command? `refrain --help` lists them.')
    .strict()
    .exitProcess(false);
  for (const entry of commands) register(cli, entry, invocation);
  cli.completion('completion', 'Print a completion script for bash or zsh');
  return failWithSuggestion(cli, commands.map(wordOf), invocation);
}

function register(cli: Argv, entry: AnyCommand | CommandGroup, invocation: Invocation): void {
  if ('members' in entry) {
    const group = (inner: Argv): Argv => {
      for (const member of entry.members) register(inner, member, invocation);
      return failWithSuggestion(inner, entry.members.map(wordOf), invocation).demandCommand(
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
    const known = ['--help', '--version', ...Object.keys(entry.options).map((name) => `--${name}`)];
    return failWithSuggestion(inner.options(entry.options), known, invocation);
  };
  cli.command(entry.usage, entry.describe, declare, async (options) => {
    invocation.onExit(await entry.run(options as never, invocation.terminal));
  });
}

const wordOf = (entry: AnyCommand | CommandGroup): string => entry.usage.split(' ')[0]!;

/** Turns yargs' messages into errors; one about an unknown word names the nearest of `candidates`. */
function failWithSuggestion(cli: Argv, candidates: readonly string[], { args }: Invocation): Argv {
  return cli.fail((text, error) => {
    // Its own errors, too, are about the command line: `YError: Not enough arguments`.
    if (error && error.name !== 'YError') throw error;
    const isOption = candidates[0]?.startsWith('--') === true;
    // A required option that is missing is often one that is misspelt.
    const misspelt =
      isOption && text.startsWith('Missing required') ? strangerOf(args, candidates) : undefined;
    const message = misspelt ? `Unknown argument: ${misspelt}` : text;
    const unknown = /^Unknown (?:arguments?|commands?): ([^\s,]+)/.exec(message)?.[1];
    const guess = unknown && nearest(isOption ? `--${unknown}` : unknown, candidates);
    throw new UsageError('RFN7001', guess ? `${message}. Did you mean \`${guess}\`?` : message);
  });
}

/** The first option of the command line that is none of `known`, without its dashes. */
function strangerOf(args: readonly string[], known: readonly string[]): string | undefined {
  return args
    .filter((arg) => arg.startsWith('--') && arg.length > 2)
    .map((arg) => arg.slice(2).split('=')[0]!)
    .find((name) => !known.includes(`--${name.replace(/^no-/, '')}`) && !known.includes(`--${name}`));
}

function packageVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
