/** What the load does, told by a seed. */
export interface Spec {
  readonly workflowId: string;
  readonly type: string;
  readonly args: readonly unknown[];
  readonly signals: number;
  readonly updates: number;
  readonly cancels: boolean;
  /** Runs of a workflow whose retry policy begins another one. */
  readonly maximumAttempts?: number;
}

export interface Plan {
  readonly specs: readonly Spec[];
  /** Started by a schedule, so many times. */
  readonly schedule: { readonly scheduleId: string; readonly actions: number };
  readonly maxCachedWorkflows: number;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function planOf(seed: number, workflows: number): Plan {
  const random = seeded(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const specs = Array.from({ length: workflows }, (_, i): Spec => {
    const [type, make] = kinds[(i + seed) % kinds.length]!;
    const none = { signals: 0, updates: 0, cancels: false };
    return { workflowId: `${type} ${i}`, type, ...none, ...make(below) };
  });
  return {
    specs,
    schedule: { scheduleId: 'scheduled', actions: 3 },
    maxCachedWorkflows: [0, 3, 1000][below(3)]!,
  };
}

type Make = (below: (bound: number) => number) => Partial<Spec> & { readonly args: readonly unknown[] };

const kinds: readonly (readonly [string, Make])[] = [
  ['order', (below) => ({ args: [1 + below(3), below(3) === 0] })],
  ['counter', (below) => counter(below(6), below(4))],
  ['timers', (below) => ({ args: [Array.from({ length: 1 + below(4) }, () => 1 + below(60))] })],
  ['retries', (below) => ({ args: [below(4)] })],
  ['chain', (below) => ({ args: [1 + below(4), []] })],
  ['family', (below) => ({ args: [1 + below(4)] })],
  ['locals', (below) => ({ args: [1 + below(3)] })],
  ['retried', (below) => ({ args: [below(3)], maximumAttempts: 5 })],
  ['sleeper', () => ({ args: [], cancels: true })],
];

function counter(signals: number, updates: number) {
  return { args: [signals, updates], signals, updates };
}
