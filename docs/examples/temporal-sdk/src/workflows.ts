import {
  ActivityFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  isCancellation,
  log,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type * as activities from './activities.js';
import type { Transfer, TransferResult } from './transfer.js';

const { withdraw, deposit, refund } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 3, nonRetryableErrorTypes: ['InvalidAmount'] },
});

export const release = defineSignal('release');
export const isHeld = defineQuery<boolean>('isHeld');

/** From this amount (in cents) on a transfer is held until somebody releases it, at most for two days. */
const holdFrom = 1_000_000;

export async function transferWorkflow(transfer: Transfer): Promise<TransferResult> {
  const { from, to, amount, reference } = transfer;
  let released = amount < holdFrom;
  setHandler(release, () => {
    released = true;
  });
  setHandler(isHeld, () => !released);
  if (!(await condition(() => released, '2 days'))) return { status: 'cancelled' };

  const withdrawal = await withdraw(from, amount, reference);
  try {
    return { status: 'done', withdrawal, deposit: await deposit(to, amount, reference) };
  } catch (error) {
    if (!(error instanceof ActivityFailure) && !isCancellation(error)) throw error;
    log.warn('the deposit failed; the money goes back', { reference });
    await CancellationScope.nonCancellable(() => refund(from, amount, reference));
    if (isCancellation(error)) throw error;
    return { status: 'refunded', withdrawal };
  }
}
