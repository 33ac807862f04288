/** The load's workflow code. What each returns can be told from its input and its recorded history (`expected.ts`). */
import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  executeChild,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sideEffect,
  sleep,
  startChild,
  workflowInfo,
} from '@refrain/engine/workflow';

interface Activities {
  /** Returns a value that no other attempt returns. */
  work(label: string): Promise<string>;
  /** Fails for good when told to. */
  charge(fails: boolean): Promise<string>;
  failsAtFirst(failures: number): Promise<string>;
  later(): Promise<string>;
}

const retry = { initialInterval: 5, backoffCoefficient: 1 };
const { work, failsAtFirst, later } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry,
});
const { charge } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 1 },
});
const local = proxyLocalActivities<Activities>({ startToCloseTimeout: '1 minute', retry });

/** Reserves, charges once, and gives back in reverse when charging failed or its outcome was lost. */
export async function order(items: number, chargeFails: boolean): Promise<string[]> {
  const done: string[] = [];
  const undo: string[] = [];
  for (let i = 0; i < items; i++) {
    done.push(await work(`reserve ${i}`));
    undo.push(`release ${i}`);
  }
  try {
    done.push(await charge(chargeFails));
  } catch {
    for (const label of undo.reverse()) done.push(await work(label));
    done.push('undone');
  }
  return done;
}

export async function retries(failures: number): Promise<string[]> {
  return [await failsAtFirst(failures), await later()];
}

export async function timers(durations: number[]): Promise<number> {
  let fired = 0;
  const count = async (ms: number) => {
    await sleep(ms);
    fired++;
  };
  await Promise.all(durations.map(count));
  for (const ms of durations) await count(ms);
  return fired;
}

export const add = defineSignal<[number]>('add');
export const set = defineUpdate<string, [number]>('set');

/** Ends when it has all its signals and updates; returns them in the order in which they came. */
export async function counter(signals: number, updates: number): Promise<string[]> {
  const seen: string[] = [];
  setHandler(add, (n) => void seen.push(`s${n}`));
  setHandler(
    set,
    async (n) => {
      seen.push(`u${n}`);
      await sleep(1);
      if (n % 3 === 2) throw ApplicationFailure.nonRetryable(`no ${n}`);
      return `set ${n}: ${await work(`update ${n}`)}`;
    },
    {
      validator: (n) => {
        if (n < 0) throw new Error('negative');
      },
    },
  );
  const count = (kind: string) => seen.filter((s) => s.startsWith(kind)).length;
  await condition(() => count('s') >= signals && count('u') >= updates);
  await condition(allHandlersFinished);
  return seen;
}

export async function chain(left: number, sum: string[]): Promise<string[]> {
  const next = [...sum, await work(`link ${left}`)];
  await sleep(2);
  if (left > 0) await continueAsNew<typeof chain>(left - 1, next);
  return next;
}

export async function leaf(n: number): Promise<string> {
  await sleep(1 + n);
  const value = await work(`leaf ${n}`);
  if (n === 2) throw ApplicationFailure.nonRetryable('leaf 2');
  return value;
}

export async function family(children: number): Promise<string[]> {
  const { workflowId } = workflowInfo();
  const orphan = await startChild(leaf, {
    workflowId: `${workflowId}/orphan`,
    args: [20],
    parentClosePolicy: 'ABANDON',
  });
  const results = Array.from({ length: children }, (_, n) =>
    executeChild(leaf, { workflowId: `${workflowId}/${n}`, args: [n] }).catch(() => 'failed'),
  );
  return [...(await Promise.all(results)), orphan.workflowId];
}

export async function locals(count: number): Promise<string[]> {
  const values = [sideEffect(() => String(Math.random()))];
  for (let i = 0; i < count; i++) values.push(await local.work(`local ${i}`));
  await sleep(1);
  values.push(await local.failsAtFirst(1));
  return values;
}

/** Fails in its first runs; its retry policy begins another one. */
export async function retried(failures: number): Promise<string> {
  await sleep(1);
  const { attempt } = workflowInfo();
  if (attempt <= failures) throw ApplicationFailure.retryable(`attempt ${attempt}`);
  return work(`attempt ${attempt}`);
}

/** Waits to be cancelled. */
export async function sleeper(): Promise<void> {
  await sleep('1 day');
}
