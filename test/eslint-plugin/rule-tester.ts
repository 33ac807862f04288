import { plugin } from '@refrain/eslint-plugin';
import { RuleTester, type InvalidTestCase, type ValidTestCase } from '@typescript-eslint/rule-tester';
import { afterAll, describe, it } from 'vitest';

RuleTester.afterAll = afterAll;
RuleTester.describe = describe;
RuleTester.it = it;

type FindingOptions = readonly [{ readonly notPortable?: 'report' | 'ignore' }];

/** A file of code in which each line that must be reported ends in `// !`. */
export interface Case {
  readonly code: string;
  readonly filename?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly options?: FindingOptions;
  /** The file after `--fix`. */
  readonly output?: string;
  /** The file after the suggestion for each report, in order; null for a report without one. */
  readonly suggestions?: readonly (string | null)[];
}

export type RuleName = keyof typeof plugin.rules;

/** Runs a rule over files that it must accept and files that it must report, and where. */
export function checkRule(
  name: Exclude<RuleName, 'no-transitive-nondeterminism'>,
  cases: { readonly valid: readonly (string | Case)[]; readonly invalid: readonly (string | Case)[] },
): void {
  const tester = new RuleTester();
  // The tester brings its own copy of the types of a rule, which differ from ours in name only.
  const rule = plugin.rules[name] as unknown as Parameters<typeof tester.run>[1];
  tester.run<string, FindingOptions>(name, rule as never, {
    valid: cases.valid.map((item) => validCase(typeof item === 'string' ? { code: item } : item)),
    invalid: cases.invalid.map((item) => invalidCase(typeof item === 'string' ? { code: item } : item)),
  });
}

function validCase({ code, filename, settings, options }: Case): ValidTestCase<FindingOptions> {
  return {
    code,
    ...(filename !== undefined && { filename }),
    ...(settings !== undefined && { settings: { refrain: settings } }),
    ...(options !== undefined && { options }),
  };
}

function invalidCase(item: Case): InvalidTestCase<'finding' | 'remedy', FindingOptions> {
  const lines = item.code.split('\n').flatMap((line, index) => (line.endsWith('// !') ? [index + 1] : []));
  return {
    ...validCase(item),
    output: item.output ?? null,
    errors: lines.map((line, index) => {
      const output = item.suggestions?.[index];
      return {
        messageId: 'finding' as const,
        line,
        suggestions: typeof output === 'string' ? [{ messageId: 'remedy' as const, output }] : null,
      };
    }),
  };
}

/** A workflow file for Refrain's own engine. */
export function refrain(body: string, names = 'sleep'): string {
  return `import { ${names} } from '@refrain/engine/workflow';
export async function order(input: { id: string; when: string }) {
  await sleep(1);
${body}
}
`;
}

/** A workflow file for Temporal. */
export function temporal(body: string, names = 'sleep'): string {
  return `import { ${names} } from '@temporalio/workflow';
export async function order(input: { id: string; when: string }) {
  await sleep(1);
${body}
}
`;
}

/** A Restate service. */
export function restate(body: string): string {
  return `import * as restate from '@restatedev/restate-sdk';
export const orders = restate.service({
  name: 'orders',
  handlers: {
    order: async (ctx: restate.Context, input: { id: string }) => {
${body}
    },
  },
});
`;
}

/** An Inngest function. */
export function inngest(body: string): string {
  return `import { Inngest } from 'inngest';
const client = new Inngest({ id: 'shop' });
export const order = client.createFunction({ id: 'order' }, { event: 'order' }, async ({ event, step }) => {
${body}
});
`;
}

/** A Durable Functions orchestration for Azure. */
export function azure(body: string): string {
  return `import * as df from 'durable-functions';
df.app.orchestration('order', function* (context) {
${body}
});
`;
}

/** A workflow of Cloudflare. */
export function cloudflare(body: string): string {
  return `import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from 'cloudflare:workers';
export class Order extends WorkflowEntrypoint<Env, Params> {
  async run(event: WorkflowEvent<Params>, step: WorkflowStep) {
${body}
  }
}
`;
}

/** A workflow of Vercel's Workflow kit. */
export function vercel(body: string): string {
  return `import { sleep } from 'workflow';
export async function order(input: { id: string }) {
  'use workflow';
  await sleep('1s');
${body}
}
`;
}

/** A durable Lambda function. */
export function aws(body: string): string {
  return `import { withDurableExecution } from '@aws/durable-execution-sdk-js';
export const handler = withDurableExecution(async (event, context) => {
${body}
});
`;
}

/** A DBOS workflow. */
export function dbos(body: string): string {
  return `import { DBOS } from '@dbos-inc/dbos-sdk';
async function orderFunction(id: string) {
${body}
}
export const order = DBOS.registerWorkflow(orderFunction);
`;
}

/** A durable task of Hatchet. */
export function hatchet(body: string): string {
  return `import { HatchetClient } from '@hatchet-dev/typescript-sdk/v1';
const client = HatchetClient.init();
export const order = client.durableTask({
  name: 'order',
  fn: async (input: { id: string }, ctx) => {
${body}
  },
});
`;
}
