import { findResetPoint, type ResetPoint, type ResetTarget, type WorkflowApi } from '@refrain/engine';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import type { Connection } from './connection.js';
import { withConnection, type CommonArguments } from './with-connection.js';
import { executionOf } from './workflow-actions.js';

interface ResetArguments extends CommonArguments {
  readonly 'workflow-id': string;
  readonly 'run-id': string | undefined;
  readonly 'event-id': number | undefined;
  readonly type: string | undefined;
  readonly 'build-id': string | undefined;
  readonly 'reapply-exclude': readonly string[];
  readonly reason: string | undefined;
}

export async function reset(given: ResetArguments, terminal: Terminal) {
  const target = targetOf(given);
  return withConnection(given, terminal, async ({ service }) => {
    const { runId } = await service.resetWorkflowExecution({
      ...(await pointOf(service, given, target)),
      reason: given.reason ?? '',
      requestId: crypto.randomUUID(),
      resetReapplyExcludeTypes: excludedTypes(given['reapply-exclude']),
    });
    return { json: { workflowId: given['workflow-id'], runId }, text: `reset; the new run is ${runId}` };
  });
}

async function pointOf(
  service: Connection['service'],
  given: ResetArguments,
  target: ResetTarget | number,
): Promise<ResetPoint> {
  const execution = executionOf(given);
  return typeof target === 'number'
    ? { workflowExecution: execution, workflowTaskFinishEventId: target }
    : findResetPoint(service, { execution, target });
}

function targetOf(given: ResetArguments): ResetTarget | number {
  const { type, 'event-id': eventId, 'build-id': buildId } = given;
  if ((type === undefined) === (eventId === undefined)) {
    throw new UsageError('RFN7001', 'Say where to reset to: either --event-id or --type.');
  }
  if (eventId !== undefined) return eventId;
  if (type !== 'BuildId') return { type: type as 'FirstWorkflowTask' };
  if (buildId === undefined) throw new UsageError('RFN7001', '--type BuildId needs --build-id.');
  return { type, buildId };
}

function excludedTypes(names: readonly string[]): readonly WorkflowApi.ResetReapplyExcludeType[] {
  if (names.includes('All')) return ['SIGNAL', 'UPDATE', 'NEXUS', 'CANCEL_REQUEST'];
  return names.map((name) => name.toUpperCase() as WorkflowApi.ResetReapplyExcludeType);
}
