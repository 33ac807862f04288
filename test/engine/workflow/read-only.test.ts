import { describe, expect, it } from 'vitest';
import { fire, initialize, load, query, start, update, valueOf } from '../runtime/harness.js';

/** E7: what queries and validators do leaves no trace. */
const commands = [
  `wf.sleep(1)`,
  `acts.work()`,
  `wf.startChild('c', {})`,
  `wf.condition(() => false)`,
  `wf.patched('p')`,
  `wf.getVersion('v', 0, 1)`,
  `wf.sideEffect(() => 1)`,
  `wf.upsertMemo({ a: 1 })`,
  `wf.upsertSearchAttributes({ A: [1] })`,
  `wf.getExternalWorkflowHandle('x').signal('s')`,
  `wf.setHandler(wf.defineQuery('other'), () => 1)`,
  `wf.makeContinueAsNewFunc()`,
  `setTimeout(() => {}, 1)`,
  `Promise.resolve().then(() => wf.sleep(1)) && undefined`,
];

const source = (handler: string): string => `
  import * as wf from '@refrain/engine/workflow';
  const acts = wf.proxyActivities({ startToCloseTimeout: 1000 });
  export async function main() {
    wf.setHandler(wf.defineQuery('ask'), () => { ${handler} });
    wf.setHandler(wf.defineUpdate('change'), () => 1, { validator: () => { ${handler} } });
    await wf.sleep(1);
    const child = wf.uuid4();
    await wf.sleep(1);
    return [child, wf.uuid4(), wf.random(), wf.getRandomStream('s').random()];
  }`;

async function undisturbed(handler: string, disturb: boolean): Promise<unknown> {
  const { send, complete } = start(await load(source(handler)));
  const all: unknown[] = [send([initialize('main')])];
  const touch = (): void => {
    if (!disturb) return;
    complete([query('ask')]);
    complete([update('u', 'change')]);
  };
  touch();
  all.push(send([fire(1)]));
  touch();
  all.push(send([fire(2)]));
  return all;
}

describe('query handlers and update validators', () => {
  it.each(commands)('cannot %s', async (call) => {
    const isLate = call.startsWith('Promise');
    const { send, complete } = start(await load(source(`return ${call};`)));
    send([initialize('main')]);
    const answer = complete([query('ask')]);
    if (isLate) {
      expect(JSON.stringify(answer)).toMatch(/cannot be used in a query handler/);
      return;
    }
    expect(answer).toMatchObject({
      status: 'successful',
      commands: [
        {
          type: 'respondToQuery',
          status: 'failed',
          failure: { message: expect.stringMatching(/cannot be used in a query handler/) as string },
        },
      ],
    });
    expect(complete([update('u', 'change')])).toMatchObject({
      commands: [
        {
          type: 'updateResponse',
          status: 'rejected',
          failure: { message: expect.stringMatching(/an update validator/) as string },
        },
      ],
    });
  });

  it('draw random numbers without moving the workflow’s streams', async () => {
    const draws = `return [wf.uuid4(), Math.random(), wf.random(), wf.getRandomStream('s').random(), wf.getRandomStream('t').uuid4()];`;
    expect(await undisturbed(draws, true)).toEqual(await undisturbed(draws, false));
  });

  it('cannot wake the workflow', async () => {
    const { send, complete } = start(
      await load(`import * as wf from '@refrain/engine/workflow';
        export async function main() {
          const trigger = new wf.Trigger();
          wf.setHandler(wf.defineQuery('ask'), () => { trigger.resolve(1); });
          await trigger; await wf.sleep(1);
        }`),
    );
    send([initialize('main')]);
    expect(complete([query('ask')])).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringMatching(/query/) as string },
    });
  });

  it('a query that returns a promise, or has no handler, fails alone', async () => {
    const { send } = start(await load(source(`return Promise.resolve(1);`)));
    send([initialize('main')]);
    expect(send([query('ask')])).toMatchObject([
      { status: 'failed', failure: { message: 'Query handlers should not return a Promise' } },
    ]);
    expect(send([query('unknown')])).toMatchObject([
      {
        status: 'failed',
        failure: { message: expect.stringContaining('did not register a handler for unknown') as string },
      },
    ]);
  });

  it('built-in queries answer', async () => {
    const loaded = await load(source('return 1;'), { stackTraces: true });
    const { send } = start(loaded);
    send([initialize('main')]);
    const [stack] = send([query('__stack_trace')]);
    expect(
      stack?.type === 'respondToQuery' && stack.status === 'succeeded' && valueOf(stack.response),
    ).toMatch(/at main \(.*index\.ts:7:/);
    const [enhanced] = send([query('__enhanced_stack_trace')]);
    const value =
      enhanced?.type === 'respondToQuery' && enhanced.status === 'succeeded'
        ? valueOf(enhanced.response)
        : undefined;
    expect(value).toMatchObject({
      stacks: [{ locations: [{ line: 7, function_name: 'main', internal_code: false }] }],
    });
    const [metadata] = send([query('__temporal_workflow_metadata')]);
    expect(
      JSON.stringify(
        metadata?.type === 'respondToQuery' && metadata.status === 'succeeded' && valueOf(metadata.response),
      ),
    ).toContain('"ask"');
  });
});
