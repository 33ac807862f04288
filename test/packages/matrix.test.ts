import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack, packageNames } from './pack.js';
import { copyProject, install, runStep, type Step } from './project.js';
import { greetingSteps, orderSteps, temporalSteps } from './steps.js';

/**
 * The packed packages, installed by npm into fresh projects, do each job there. Needs the network for npm. Other
 * versions of Node come from npm as well; where they cannot be had, their part is skipped and says so.
 */
const folder = mkdtempSync(join(tmpdir(), 'refrain-packages-'));
beforeAll(() => {
  for (const name of packageNames) pack(name, folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const projects: readonly (readonly [name: string, from: string, steps: readonly Step[]])[] = [
  ['an ESM TypeScript project', 'docs/examples/order', orderSteps],
  ['a CommonJS project', 'test/fixtures/packages/commonjs', greetingSteps('ts')],
  ['a JavaScript project', 'test/fixtures/packages/javascript', greetingSteps('js')],
  ['a project on Temporal’s SDK', 'docs/examples/temporal-sdk', temporalSteps],
];

describe.each(projects)('in %s', (_name, from, steps) => {
  const project = join(folder, from.replaceAll('/', '-'));

  it('installs', () => {
    copyProject(from, project, folder);
    install(project);
  }, 180_000);

  it.each(steps.map((step) => [step.does, step] as const))('%s', (_does, step) => {
    expect(runStep(project, step)).toBeUndefined();
  });
});

/** The binary of another Node, as npm's `node` package has it, or why there is none. */
function findNode(version: string): { readonly path: string } | { readonly missing: string } {
  const name = `node-${process.platform}-${process.arch}`;
  const home = join(folder, `node-${version}`);
  try {
    mkdirSync(home);
    execFileSync('npm', ['init', '-y'], { cwd: home, stdio: 'ignore' });
    install(home, [`${name}@${version}`]);
    const path = join(home, 'node_modules', name, 'bin', 'node');
    if (!existsSync(path)) return { missing: `${name}@${version} holds no bin/node` };
    execFileSync(path, ['--version'], { stdio: 'ignore' });
    return { path };
  } catch (error) {
    return { missing: `${name}@${version} cannot be installed: ${(error as Error).message.split('\n')[0]}` };
  }
}

describe.each(['22.23.3', '24'])('on Node %s', (version) => {
  const project = join(folder, 'docs-examples-order');
  let node: ReturnType<typeof findNode> = { missing: 'not looked for' };
  beforeAll(() => {
    node = findNode(version);
    if ('missing' in node) console.warn(`skipped: ${node.missing}`);
    // A database of another run would answer instead of the workflow.
    for (const file of ['order.db', 'order.db-wal', 'order.db-shm']) {
      rmSync(join(project, file), { force: true });
    }
  }, 180_000);

  for (const step of orderSteps.filter(({ command }) => command !== 'tsc')) {
    it(step.does, ({ skip }) => {
      if ('missing' in node) return skip(node.missing);
      expect(runStep(project, step, node.path)).toBeUndefined();
    });
  }
});
