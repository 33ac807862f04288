import {
  ActivityFailure,
  condition,
  defineQuery,
  defineSignal,
  isCancellation,
  proxyActivities,
  setHandler,
} from '@refrain/engine/workflow';
import type * as activities from './activities.js';
import type {
  Decision,
  Finding,
  ResearchReport,
  ResearchRequest,
  ResearchState,
  Review,
} from './research.js';

// Models are slow and often busy: many attempts, further and further apart. A key that is refused is not tried again.
const { decideNext } = proxyActivities<typeof activities>({
  startToCloseTimeout: '2 minutes',
  retry: {
    initialInterval: '2 seconds',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    maximumAttempts: 8,
    nonRetryableErrorTypes: ['ModelRefused'],
  },
});
// A tool that fails is no reason to fail: the model is told, and may try another.
const { search, readPage } = proxyActivities<typeof activities>({
  startToCloseTimeout: '30 seconds',
  retry: { maximumAttempts: 3 },
});
const { askReviewer, publish } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });

export const review = defineSignal<[Review]>('review');
export const state = defineQuery<ResearchState>('state');

/** Lets a model search and read until it answers; a person decides whether the answer is published. */
export async function researchWorkflow({ question, maxToolCalls }: ResearchRequest): Promise<ResearchReport> {
  let current: ResearchState = 'thinking';
  let verdict: Review | undefined;
  setHandler(state, () => current);
  setHandler(review, (given) => {
    verdict = given;
  });

  const findings: Finding[] = [];
  const sources = () => findings.map(({ source }) => source).filter((source) => source.startsWith('http'));
  for (let toolCalls = 0; toolCalls <= maxToolCalls;) {
    current = 'thinking';
    const decision = await decideNext(question, findings);
    if (decision.type !== 'answer') {
      toolCalls += 1;
      current = decision.type === 'search' ? 'searching' : 'reading';
      findings.push(await useTool(decision));
      continue;
    }

    current = 'waiting for review';
    verdict = undefined;
    await askReviewer(question, decision.text);
    const isReviewed = await condition(() => verdict !== undefined, '3 days');
    current = 'done';
    const answered = verdict as Review | undefined;
    if (!isReviewed || !answered)
      return { status: 'not reviewed', answer: decision.text, sources: sources() };
    if (answered.approved) {
      await publish(question, decision.text, sources());
      return { status: 'published', answer: decision.text, sources: sources() };
    }
    if (answered.remark === undefined) return { status: 'refused', sources: sources() };
    // Another round costs a call, too: reviewer and model cannot go on for ever.
    toolCalls += 1;
    findings.push({ source: 'reviewer', text: answered.remark });
  }
  current = 'done';
  return { status: 'out of tool calls', sources: sources() };
}

async function useTool(decision: Exclude<Decision, { type: 'answer' }>): Promise<Finding> {
  try {
    return decision.type === 'search'
      ? { source: 'search', text: await search(decision.query) }
      : { source: decision.url, text: await readPage(decision.url) };
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return { source: 'tool', text: `${decision.type} failed: ${error.cause?.message ?? error.message}` };
  }
}
