import { fileURLToPath } from 'node:url';
import { Client, createLogger, openEngine, Worker, type WorkflowClientInterceptor } from '@refrain/engine';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../fixtures/workflow-api/interceptors', import.meta.url));

const both = (...calls: string[]) => calls.flatMap((call) => [`outer ${call}`, `inner ${call}`]);
const round = both('timer', 'activity', 'local activity', 'child');
const end = [...both('signalWorkflow'), ...both('signal s inner outer')];

/** Each adds a header to each call. */
function clientInterceptor(tag: string, seen: string[]): WorkflowClientInterceptor {
  const withHeader = <I extends { readonly headers: object }>(call: string, input: I): I => {
    seen.push(`${tag} ${call}`);
    return { ...input, headers: { ...input.headers, [tag]: { data: '' } } };
  };
  return {
    start: (input, next) => next(withHeader('start', input)),
    signal: (input, next) => next(withHeader('signal', input)),
    signalWithStart: (input, next) => next(withHeader('signalWithStart', input)),
    query: async (input, next) => `${tag}(${String(await next(withHeader('query', input)))})`,
    startUpdate: (input, next) => next(withHeader('startUpdate', input)),
    cancel: (input, next) => (seen.push(`${tag} cancel`), next(input)),
    terminate: (input, next) => (seen.push(`${tag} terminate`), next(input)),
    describe: (input, next) => (seen.push(`${tag} describe`), next(input)),
  };
}

describe('interceptors', () => {
  it.each([
    ['from the cache', 100],
    ['replaying each time', 0],
  ])(
    'see each call once, the first outermost; headers cross to all that is called: %s',
    async (_, maxCachedWorkflows) => {
      const [traced, activities, calls]: string[][] = [[], [], []];
      let attributes: Record<string, unknown> = {};
      const logger = createLogger((level, message, given) => {
        if (!/^(outer|inner) /.test(message)) return;
        if (given?.['workflowType'] === 'calls') traced!.push(message);
        attributes = { ...given };
      });
      await using engine = await openEngine({ memory: true });
      const worker = await Worker.create({
        connection: engine,
        taskQueue: 'q',
        workflowsPath: `${folder}/workflows.ts`,
        maxCachedWorkflows,
        logger,
        interceptors: {
          workflowModules: [`${folder}/outer.ts`, `${folder}/inner.ts`],
          activity: ['outer', 'inner'].map((tag) => () => ({
            inbound: {
              execute: (input, next) => {
                activities!.push(`${tag} ${Object.keys(input.headers).sort().join(' ')}`);
                return next(input);
              },
            },
          })),
        },
        activities: { act: async (name: string) => name },
      });
      const interceptors = { workflow: ['one', 'two'].map((tag) => clientInterceptor(tag, calls!)) };
      const { workflow } = new Client({ connection: engine, interceptors });
      await worker.runUntil(async () => {
        const handle = await workflow.start('calls', { taskQueue: 'q', workflowId: 'w', args: [0] });
        expect(await handle.result()).toBe('end');
        expect(await workflow.getHandle('w').query('q')).toBe('one(two(outer(inner(query 1))))');
      });
      expect(traced).toEqual([
        ...both('execute one two', ...[]),
        ...round,
        ...end,
        ...both('continueAsNew'),
        ...both('execute inner outer'),
        ...round,
        ...end,
      ]);
      expect(attributes).toMatchObject({ outer: true, inner: true });
      // Two rounds of an activity, a local activity, and the child's activity.
      expect(activities).toEqual(
        Array.from({ length: 6 }, () => ['outer inner outer', 'inner inner outer']).flat(),
      );
      expect(calls).toEqual(['one start', 'two start', 'one query', 'two query']);
    },
  );

  it('of a client see its other calls, too', async () => {
    const seen: string[] = [];
    await using engine = await openEngine({ memory: true });
    const interceptors = { workflow: ['one', 'two'].map((tag) => clientInterceptor(tag, seen)) };
    const { workflow } = new Client({ connection: engine, interceptors });
    const options = { taskQueue: 'q', workflowId: 'w', args: [] };
    const handle = await workflow.signalWithStart('x', { ...options, signal: 's', signalArgs: [] });
    await handle.signal('s');
    await handle.describe();
    await handle.cancel();
    await handle.terminate();
    const expected = ['signalWithStart', 'signal', 'describe', 'cancel', 'terminate'];
    expect(seen).toEqual(expected.flatMap((call) => [`one ${call}`, `two ${call}`]));
    const { history } = await engine.service.getWorkflowExecutionHistory({ execution: { workflowId: 'w' } });
    const fields = history.events
      .filter(({ type }) => /Started|Signaled/.test(type))
      .map(({ attributes }) => Object.keys((attributes as { header: { fields: object } }).header.fields));
    expect(fields).toEqual([
      ['one', 'two'],
      ['one', 'two'],
      ['one', 'two'],
    ]);
  });
});
