import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { ExitCode } from '../command.js';
import { projectFacts } from '../project/facts.js';
import { findWorkflowFiles } from '../project/workflow-files.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { planInit, type Plan } from './plan.js';

/** What the command line of `refrain init` gives. */
export interface InitArguments {
  readonly path: string;
  readonly yes: boolean;
  readonly 'dry-run': boolean;
}

export async function runInitCommand(
  { path, yes, 'dry-run': dryRun }: InitArguments,
  terminal: Terminal,
): Promise<ExitCode> {
  const facts = projectFacts(resolve(terminal.cwd, path));
  const plan = planInit(facts, findWorkflowFiles(facts.root));
  terminal.stdout.write(describePlan(plan, facts.root));
  if (plan.files.length > 0 && !dryRun) {
    if (!yes && !(await confirm(terminal))) {
      terminal.stdout.write('Nothing was written.\n');
      return 0;
    }
    for (const { file, text } of plan.files) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    terminal.stdout.write(`Wrote ${plan.files.length} file${plan.files.length === 1 ? '' : 's'}.\n`);
  }
  if (plan.packages.length > 0) {
    terminal.stdout.write(`\nNext: ${addCommands[facts.packageManager]} ${plan.packages.join(' ')}\n`);
  }
  return 0;
}

const addCommands = {
  npm: 'npm install --save-dev',
  pnpm: 'pnpm add -D',
  yarn: 'yarn add -D',
  bun: 'bun add -d',
};

function describePlan(plan: Plan, root: string): string {
  const lines: string[] = [];
  for (const { file, action, why, text } of plan.files) {
    lines.push(`${action} ${relative(root, file)}  (${why})`);
    for (const line of text.trimEnd().split('\n')) lines.push(`    ${line}`);
    lines.push('');
  }
  for (const note of plan.notes) lines.push(`note: ${note}`);
  if (plan.files.length === 0) lines.push('There is nothing to write.');
  return `${lines.join('\n')}\n`;
}

async function confirm({ stdin, stdout, isInteractive }: Terminal): Promise<boolean> {
  if (!isInteractive) {
    throw new UsageError(
      'RFN7005',
      'Nobody is there to be asked. Run `refrain init --yes` to write these files.',
    );
  }
  const question = createInterface({ input: stdin, output: stdout });
  try {
    return /^y(es)?$/i.test((await question.question('Write these files? [y/N] ')).trim());
  } finally {
    question.close();
  }
}
