import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestWorkflowEnvironment } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as activities from '../src/activities.js';
import { researchWorkflow, review, state } from '../src/workflows.js';

const workflowsPath = new URL('../src/workflows.ts', import.meta.url);
const request = { question: 'What happens to a durable workflow after a crash?', maxToolCalls: 6 };
const answer = 'A durable workflow is replayed from its history after a crash.';

/** The real activities, with the fake model, and without the prints. */
async function createEnvironment() {
  const env = await TestWorkflowEnvironment.create<typeof activities>({ workflowsPath, activities });
  env.mock('askReviewer').returns();
  env.mock('publish').returns();
  return env;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('researchWorkflow', () => {
  it('searches, reads, answers, and publishes what a person approved', async () => {
    await using env = await createEnvironment();
    const handle = await env.start(researchWorkflow, [request]);
    env.at('1 day', async () => {
      expect(await handle.query(state)).toBe('waiting for review');
      await handle.signal(review, { approved: true });
    });
    const sources = ['https://example.com/replay'];
    expect(await handle.result()).toEqual({ status: 'published', answer, sources });
    await expect(handle).toHaveScheduledActivity('publish', request.question, answer, sources);
  });

  it('gives a remark to the model and asks again', async () => {
    await using env = await createEnvironment();
    const handle = await env.start(researchWorkflow, [request]);
    env.at('1 day', () => handle.signal(review, { approved: false, remark: 'shorter' }));
    env.at('2 days', () => handle.signal(review, { approved: true }));
    expect(await handle.result()).toMatchObject({ status: 'published', answer: `${answer} (shorter)` });
  });

  it('publishes nothing that nobody reviewed within three days', async () => {
    await using env = await createEnvironment();
    const handle = await env.start(researchWorkflow, [request]);
    expect(await handle.result()).toMatchObject({ status: 'not reviewed' });
    await expect(handle).not.toHaveScheduledActivity('publish');
  });

  it('waits for a model that is busy, longer each time', async () => {
    await using env = await createEnvironment();
    const model = env.mock('decideNext');
    model.throws('429').times(3).returns({ type: 'answer', text: 'at last' });
    const handle = await env.start(researchWorkflow, [request]);
    env.at('1 hour', () => handle.signal(review, { approved: true }));
    expect(await handle.result()).toMatchObject({ answer: 'at last' });
    const times = model.calls.map(({ atMs }) => atMs);
    expect(times.slice(1).map((time, i) => time - times[i]!)).toEqual([2000, 4000, 8000]);
  });

  it('tells the model of a tool that fails, and stops when it has used up its calls', async () => {
    await using env = await createEnvironment();
    env.mock('decideNext').returns({ type: 'read', url: 'https://example.com/missing' });
    const handle = await env.start(researchWorkflow, [{ ...request, maxToolCalls: 2 }]);
    expect(await handle.result()).toEqual({
      status: 'out of tool calls',
      sources: [],
    });
  });

  it('asks a real model when RESEARCH_MODEL_URL names one', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      const content = JSON.stringify({ type: 'answer', text: 'from the server' });
      response.end(JSON.stringify({ choices: [{ message: { content } }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('RESEARCH_MODEL_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await using env = await createEnvironment();
    expect(await env.run(researchWorkflow, [request])).toMatchObject({ answer: 'from the server' });
    server.close();
  });
});
