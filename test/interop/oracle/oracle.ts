import { readHistory, writeHistory } from '@refrain/engine';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';

export type OracleVerdict = 'passes' | 'nondeterministic' | 'fails';

export interface OracleResult {
  readonly verdict: OracleVerdict;
  readonly message: string;
}

/** Temporal's own replayer over one bundle. */
export interface Oracle {
  replay(histories: readonly object[]): Promise<OracleResult[]>;
}

let installed = false;

export async function openOracle(
  workflowsPath: string,
  workflowInterceptorModules: string[] = [],
): Promise<Oracle> {
  if (!installed) {
    installed = true;
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => {}),
      telemetryOptions: { logging: { filter: 'off', forward: {} } },
    });
  }
  const logger = new DefaultLogger('ERROR', () => {});
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, workflowInterceptorModules, logger });
  return {
    async replay(histories) {
      const results: OracleResult[] = [];
      const items = await Promise.all(
        histories.map(async (history) => ({
          workflowId: workflowIdOf(history),
          history: await decoded(history),
        })),
      );
      const sinks = { notes: { write: { fn: () => {}, callDuringReplay: false } } };
      for await (const { error } of Worker.runReplayHistories({ workflowBundle, sinks }, items)) {
        results.push(resultOf(error));
      }
      return results;
    },
  };
}

/** As messages, not as JSON: with several copies of protobuf.js installed the SDK cannot read JSON. */
async function decoded(history: object) {
  return temporal.api.history.v1.History.decode(await writeHistory(await readHistory(history), 'binary'));
}

function workflowIdOf(history: object): string {
  const { events } = history as {
    events: { workflowExecutionStartedEventAttributes?: { workflowId?: string } }[];
  };
  return events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? 'w';
}

function resultOf(error: Error | undefined): OracleResult {
  if (!error) return { verdict: 'passes', message: '' };
  const nondeterministic =
    error.name === 'DeterminismViolationError' || /TMPRL1100|Nondeterminism/.test(error.message);
  return { verdict: nondeterministic ? 'nondeterministic' : 'fails', message: error.message };
}
