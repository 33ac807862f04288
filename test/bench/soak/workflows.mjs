import {
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  proxyActivities,
  setHandler,
  sleep,
} from '@refrain/engine/workflow';

const { work, flaky } = proxyActivities({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '10 milliseconds' },
});
const go = defineSignal('go');

export async function child(n) {
  return work(n);
}

export async function mixed(n, isSecond = false) {
  let went = isSecond;
  setHandler(go, () => {
    went = true;
  });
  await condition(() => went);
  for (let i = 0; i < n; i++) await work(i);
  await Promise.all([flaky(1), flaky(2), sleep(20)]);
  await executeChild('child', { args: [n] });
  if (!isSecond) await continueAsNew(n, true);
}
