import type { Step } from './project.js';

const rules: readonly Step[] = [
  { does: 'explains a rule', command: 'refrain', args: ['explain', 'wall-clock'], prints: /^# wall-clock/ },
  { does: 'has a healthy installation', command: 'refrain', args: ['doctor'], prints: /✓ @refrain\/engine/ },
];
const lints: Step = { does: 'lints', command: 'eslint', args: ['src', '--max-warnings=0'] };
const checks: Step = { does: 'checks', command: 'refrain', args: ['check'], prints: /no findings/ };
const tests: Step = { does: 'tests', command: 'vitest', args: ['run'], prints: /passed/ };
const compiles: Step = { does: 'compiles against the types', command: 'tsc', args: ['-p', '.'] };

function replays(workflows: string): Step {
  const args = ['replay', 'histories', '--workflows', workflows, '--strict'];
  return { does: 'replays histories', command: 'refrain', args, prints: /compatible/ };
}

/** The four jobs and running, in a copy of docs/examples/order. */
export const orderSteps: readonly Step[] = [
  ...rules,
  lints,
  checks,
  compiles,
  tests,
  replays('src/workflows.ts'),
  {
    does: 'runs a workflow on a file',
    command: 'refrain',
    args: [
      ...['run', 'orderWorkflow', '--workflows', 'src/workflows.ts', '--activities', 'src/activities.ts'],
      ...['--file', 'order.db', '--workflow-id', 'order-1', '--args'],
      '[{"orderId":"order-1","customer":"ada","items":[{"sku":"pen","quantity":2,"unitPrice":150}]}]',
    ],
    prints: /track-order-1/,
  },
];

/** The same in a project of docs/examples/temporal-sdk, whose code knows nothing of Refrain. */
export const temporalSteps: readonly Step[] = [
  ...rules,
  lints,
  checks,
  compiles,
  tests,
  replays('src/workflows.ts'),
];

/** A newcomer's project: the workflow runs first, and its history is exported and replayed. */
export function greetingSteps(extension: 'ts' | 'js'): readonly Step[] {
  const workflows = `src/workflows.${extension}`;
  return [
    ...rules,
    lints,
    checks,
    ...(extension === 'ts' ? [compiles] : []),
    tests,
    {
      does: 'runs a workflow on a file',
      command: 'refrain',
      args: [
        ...['run', 'greeting', '--workflows', workflows, '--activities', `src/activities.${extension}`],
        ...['--file', 'g.db', '--workflow-id', 'g-1', '--args', '["Ada", 1]'],
      ],
      prints: /Hello, Ada!/,
    },
    {
      does: 'exports its history',
      command: 'refrain',
      args: ['workflow', 'show', '--file', 'g.db', '-w', 'g-1', '--format', 'json'],
      saves: 'histories/g-1.json',
    },
    replays(workflows),
    {
      does: 'embeds the engine in an application',
      command: 'node',
      args: ['app.js'],
      prints: /from an embedded engine/,
    },
  ];
}
