import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkModules, temporaryProject } from '../cli/project.js';
import { runCli } from '../cli/run-cli.js';
import { codeBlocks, guidePages } from '../integrity/markdown.js';
import { root } from '../integrity/repository.js';

/**
 * What the guides show as printed is what is printed. A comment right before a block names a folder, or a project made
 * here, and the command: `<!-- prints in docs/examples/order: refrain check -->`. A line `…` stands for any lines.
 */
const projects: Readonly<Record<string, () => string>> = {
  'order with this test': orderWithReadmeTest,
  'order with a clock': () =>
    changedOrder(
      {
        'src/pricing.ts': `import { rebate } from './rebate.js';

export function priceOf(total: number): number {
  return total - rebate(total);
}
`,
        'src/rebate.ts': `import { isHappyHour } from './hours.js';

export function rebate(total: number): number {
  return isHappyHour() ? total / 10 : 0;
}
`,
        'src/hours.ts': `export function isHappyHour(): boolean {
  return Math.floor(Date.now() / 3_600_000) % 24 === 17;
}
`,
      },
      [
        ['import { Compensations }', "import { priceOf } from './pricing.js';\nimport { Compensations }"],
        ['totalOf(order)', 'priceOf(totalOf(order))'],
      ],
    ),
  'order with two activities swapped': () =>
    changedOrder({}, [
      ['await chargePayment(order.orderId, order.customer, total);', '<charge>'],
      [
        'const trackingId = await shipOrder(order.orderId);',
        'await chargePayment(order.orderId, order.customer, total);',
      ],
      ['<charge>', 'const trackingId = await shipOrder(order.orderId);'],
    ]),
};

/** The README's own test takes the place of the example's. */
function orderWithReadmeTest(): string {
  const name = 'test/order.test.ts';
  const block = codeBlocks('README.md').find(({ code }) => code.startsWith(`// ${name}\n`));
  return changedOrder({ [name]: block!.code }, []);
}

function changedOrder(
  files: Readonly<Record<string, string>>,
  edits: readonly (readonly [from: string, to: string])[],
): string {
  const project = temporaryProject({});
  const example = join(root, 'docs', 'examples', 'order');
  cpSync(example, project, { recursive: true, filter: (file) => !file.includes('node_modules') });
  linkModules(project);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  const workflows = join(project, 'src', 'workflows.ts');
  const text = edits.reduce(
    (before, [from, to]) => {
      if (!before.includes(from)) throw new Error(`the example no longer holds: ${from}`);
      return before.replace(from, to);
    },
    readFileSync(workflows, 'utf8'),
  );
  writeFileSync(workflows, text);
  return project;
}

/** Both without what differs from run to run, and without white space at the ends of lines. */
function comparable(text: string, project: string): string {
  return text
    .replaceAll(`${project}/`, '')
    .replace(/\b\d+(\.\d+)? ?(ms|s)\b/g, '<time>')
    .replace(/[ \t]+$/gm, '')
    .trim();
}

function asPattern(shown: string): RegExp {
  const parts = shown.split(/^…$\n?/m).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*?')}$`);
}

const tools: Readonly<Record<string, string>> = {
  eslint: join(root, 'node_modules/eslint/bin/eslint.js'),
  vitest: join(root, 'node_modules/vitest/vitest.mjs'),
};

/** `refrain …` in this process, `npx eslint …` and `npx vitest …` in one of their own. */
async function run(command: string, cwd: string): Promise<{ stdout: string; stderr: string }> {
  const [first, ...args] = command.split(' ');
  if (first === 'refrain') return runCli(args, { cwd });
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };
  return spawnSync(process.execPath, [tools[args[0]!]!, ...args.slice(1)], { cwd, env, encoding: 'utf8' });
}

const shown = guidePages()
  .flatMap(codeBlocks)
  .filter(({ prints }) => prints !== undefined);

describe('what the guides show as printed', () => {
  it.each(shown.map((block) => [`${block.page}:${block.line}`, block] as const))('%s', async (_at, block) => {
    const { place, command } = block.prints!;
    const project = projects[place]?.() ?? join(root, place);
    const { stdout, stderr } = await run(command, project);
    const printed = comparable(stderr + stdout, project);
    const pattern = asPattern(comparable(block.code, project));
    if (!pattern.test(printed)) expect(comparable(block.code, project)).toBe(printed);
  });

  it('is not empty', () => {
    expect(shown.length).toBeGreaterThan(2);
  });
});
