import type { Api } from '../record.js';

/** Workflows as they were when their histories were recorded; `steps.ts` is a module that the workflow file imports. */
export const bases = {
  saga: `
  await Promise.all([reserve('a'), reserve('b'), reserve('c')]);
  await sleep('10 seconds');
  await executeChild(payment, { args: [id], workflowId: \`pay-\${id}\` });
  await getExternalWorkflowHandle('audit').signal('paid', id);
  if (patched('points')) await givePoints(id);
  await note(id);
  upsertMemo({ stage: 'shipping' });
  await deliver(id);
  return 'shipped';`,
  waits: `
  let approved = false;
  setHandler(approve, () => {
    approved = true;
  });
  const answered = await condition(() => approved, '1 hour');
  if (answered) await accept(id);
  else await refuse(id);
  await CancellationScope.withTimeout('1 minute', () => reserve('slow'));
  await ship(id, 'standard');`,
  loop: `
  for (let i = 1; i <= 4; i++) {
    await charge(\`\${id}-\${i}\`);
    await sleep(i * 1000);
  }
  await continueAsNew<typeof flow>(id);`,
} as const;

export type Base = keyof typeof bases;

/** The steps as they were. */
export const recordedSteps = `
  await ship(id, 'standard');
  await sleep('1 minute');
  await charge(id);`;

export function workflowFile(api: Api, body: string): string {
  return `import {
  CancellationScope, condition, continueAsNew, defineSignal, deprecatePatch, executeChild, getExternalWorkflowHandle,
  patched, proxyActivities, proxyLocalActivities, setHandler, sleep, startChild, upsertMemo, uuid4, workflowInfo,
} from '${api}';
import { deliver } from './steps';

interface Activities {
  reserve(item: string): Promise<void>;
  givePoints(id: string): Promise<void>;
  accept(id: string): Promise<void>;
  refuse(id: string): Promise<void>;
  charge(id: string): Promise<void>;
  bill(id: string): Promise<void>;
  audit(id: string): Promise<void>;
  ship(id: string, how: string): Promise<void>;
}
const { reserve, givePoints, accept, refuse, charge, bill, audit, ship } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
});
const { note, remember } = proxyLocalActivities<{
  note(id: string): Promise<void>;
  remember(id: string): Promise<void>;
}>({ startToCloseTimeout: '1 minute' });
const approve = defineSignal('approve');
const refund = async (id: string): Promise<void> => void id;
const payment = async (id: string): Promise<void> => void id;
void [CancellationScope, condition, deprecatePatch, startChild, uuid4, workflowInfo, givePoints, accept, refuse];
void [charge, bill, audit, ship, note, remember, approve, refund, payment, reserve, continueAsNew, upsertMemo, setHandler];
void [executeChild, getExternalWorkflowHandle, deliver, patched, sleep];

export async function flow(id: string): Promise<string | void> {${body}
}
`;
}

export function stepsFile(api: Api, steps: string): string {
  return `import { proxyActivities, sleep } from '${api}';

const { ship, charge, audit } = proxyActivities<{
  ship(id: string, how: string): Promise<void>;
  charge(id: string): Promise<void>;
  audit(id: string): Promise<void>;
}>({ startToCloseTimeout: '1 minute' });
void [audit, charge, sleep];

/** Delivers, and charges when it is delivered. */
export async function deliver(id: string): Promise<void> {${steps}
}
`;
}
