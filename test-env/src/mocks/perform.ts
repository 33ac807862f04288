import type { Heartbeats, Rule } from './rule.js';

/** What a mocked call can do while it runs; times are virtual. */
export interface CallContext {
  nowMs(): number;
  sleepUntil(atMs: number): Promise<unknown>;
  heartbeat(details: unknown): void;
  /** Waits until the attempt is over, however that comes about; never resolves. */
  neverEnds(): Promise<never>;
  /** Leaves the attempt open for the test to complete; throws what tells the worker so. */
  completeAsync(): Promise<never>;
}

/** Does what the rule says, with its heartbeats and after its delay. */
export async function performRule(
  rule: Rule,
  args: readonly unknown[],
  context: CallContext,
): Promise<unknown> {
  const startMs = context.nowMs();
  const endMs = neverAnswers(rule) ? Infinity : startMs + rule.delayMs;
  if (rule.heartbeats) await beat(rule.heartbeats, startMs, endMs, context);
  if (rule.delayMs > 0 && Number.isFinite(endMs)) await context.sleepUntil(endMs);
  switch (rule.behaviour.type) {
    case 'returns':
      return rule.behaviour.value;
    case 'throws':
      throw rule.behaviour.error;
    case 'implements':
      return rule.behaviour.implementation(...(args as never[]));
    case 'timesOut':
    // Only a local activity comes here: it has no queue in which it could wait.
    case 'neverStarts':
      return context.neverEnds();
    case 'completesAsync':
      return context.completeAsync();
    case 'never':
      throw new TypeError('a rule that must not be used was chosen');
  }
}

function neverAnswers({ behaviour }: Rule): boolean {
  return behaviour.type === 'timesOut' || behaviour.type === 'neverStarts';
}

async function beat(
  { everyMs, details }: Heartbeats,
  startMs: number,
  endMs: number,
  context: CallContext,
): Promise<void> {
  const isEndless = details.length === 0 && Number.isFinite(endMs);
  for (let count = 1; isEndless || count <= details.length; count++) {
    const atMs = startMs + count * everyMs;
    if (atMs > endMs) return;
    await context.sleepUntil(atMs);
    context.heartbeat(details[count - 1]);
  }
}
