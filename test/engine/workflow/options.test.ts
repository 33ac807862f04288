import { beforeAll, describe, expect, it } from 'vitest';
import type { LoadedBundle } from '@refrain/engine/internal';
import { initialize, load, start } from '../runtime/harness.js';

/** Impossible options: the call throws at once, names the option, and nothing is scheduled. */
const cases: readonly [call: string, message: RegExp][] = [
  [`wf.proxyActivities({})`, /scheduleToCloseTimeout or startToCloseTimeout/],
  [`wf.proxyActivities(undefined)`, /options must be defined/],
  [`wf.proxyActivities({ startToCloseTimeout: -1 })`, /startToCloseTimeout.*negative/],
  [`wf.proxyActivities({ startToCloseTimeout: NaN })`, /startToCloseTimeout.*NaN/],
  [`wf.proxyActivities({ startToCloseTimeout: Infinity })`, /startToCloseTimeout.*finite/],
  [`wf.proxyActivities({ startToCloseTimeout: '5 parsecs' })`, /5 parsecs.*startToCloseTimeout/],
  [`wf.proxyActivities({ startToCloseTimeout: 1, heartbeatTimeout: -2 })`, /heartbeatTimeout/],
  [`wf.proxyActivities({ startToCloseTimeout: 1, taskQueue: '' })`, /taskQueue/],
  [
    `wf.proxyActivities({ startToCloseTimeout: 1, cancellationType: 'MAYBE' })`,
    /cancellationType.*TRY_CANCEL/,
  ],
  [
    `wf.proxyActivities({ startToCloseTimeout: 1, retry: { backoffCoefficient: 0.5 } })`,
    /backoffCoefficient/,
  ],
  [`wf.proxyActivities({ startToCloseTimeout: 1, retry: { maximumAttempts: 1.5 } })`, /maximumAttempts/],
  [`wf.proxyActivities({ startToCloseTimeout: 1, retry: { maximumAttempts: -1 } })`, /maximumAttempts/],
  [`wf.proxyActivities({ startToCloseTimeout: 1, retry: { initialInterval: 0 } })`, /initialInterval/],
  [
    `wf.proxyActivities({ startToCloseTimeout: 1, retry: { initialInterval: 5, maximumInterval: 2 } })`,
    /maximumInterval/,
  ],
  [
    `wf.proxyActivities({ startToCloseTimeout: 1, retry: { nonRetryableErrorTypes: 'X' } })`,
    /nonRetryableErrorTypes/,
  ],
  [`wf.proxyLocalActivities({ startToCloseTimeout: 1, localRetryThreshold: -1 })`, /localRetryThreshold/],
  [`wf.proxyLocalActivities({})`, /startToCloseTimeout/],
  [`wf.sleep(NaN)`, /sleep duration.*NaN/],
  [`wf.sleep(Infinity)`, /sleep duration.*finite/],
  [`wf.sleep('soon')`, /soon/],
  [`wf.sleep(undefined)`, /sleep duration/],
  [`wf.startChild('c', { args: [], workflowRunTimeout: -1 })`, /workflowRunTimeout/],
  [`wf.startChild('c', { args: 'x' })`, /args.*array/],
  [`wf.startChild('c', { parentClosePolicy: 'NEVER' })`, /parentClosePolicy/],
  [`wf.startChild('', {})`, /workflow type/],
  [`wf.executeChild(() => {}, {})`, /anonymous/],
  [`wf.executeChild('c', { retry: { backoffCoefficient: NaN } })`, /backoffCoefficient/],
  [`wf.getExternalWorkflowHandle('')`, /workflowId/],
  [`wf.makeContinueAsNewFunc({ workflowRunTimeout: -5 })`, /workflowRunTimeout/],
  [`wf.patched('')`, /patchId/],
  [`wf.getVersion('c', 2, 1)`, /max version/],
  [`wf.getVersion('c', -2, 1)`, /min version/],
  [`wf.getVersion('', 0, 1)`, /changeId/],
  [`wf.setHandler(wf.defineSignal('s'), 5)`, /handler/],
  [`wf.setHandler(wf.defineSignal('__temporal_x'), () => {})`, /reserved/],
  [`wf.upsertSearchAttributes({ A: 'x' })`, /array/],
  [`wf.upsertSearchAttributes([{ key: { name: 'n', type: 'INT' }, value: 1.5 }])`, /n of type INT/],
  [`wf.upsertMemo(null)`, /memo/],
  [`wf.sideEffect(5)`, /sideEffect/],
  [`setTimeout('code', 1)`, /callback/],
];

describe('options that cannot be', () => {
  let loaded: LoadedBundle;
  beforeAll(async () => {
    loaded = await load(`import * as wf from '@refrain/engine/workflow';
      const calls = [${cases.map(([call]) => `() => ${call}`).join(',\n')}];
      export async function main(i) {
        try { await calls[i](); } catch (error) { throw wf.ApplicationFailure.create({ message: error.message }); }
        return 'accepted';
      }`);
  });

  it.each(cases.map(([call, message], i) => [call, message, i] as const))('%s', (_call, message, i) => {
    const commands = start(loaded).send([initialize('main', [i])]);
    expect(commands).toHaveLength(1);
    expect(commands[0]).toMatchObject({
      type: 'failWorkflowExecution',
      failure: { message: expect.stringMatching(message) as string },
    });
  });
});
