/** The SDK's commands (`coresdk.workflow_commands`) in Refrain's form. */
import type {
  ActivityCancellationType,
  ChildWorkflowCancellationType,
  WorkflowCommand,
} from '../../core/activation.js';
import type { ProtoDuration, ProtoForm } from '../../history/proto-form.js';
import { msOf } from '../../history/proto-form.js';

type Dict = Record<string, unknown>;

const activityCancellation: readonly ActivityCancellationType[] = [
  'TRY_CANCEL',
  'WAIT_CANCELLATION_COMPLETED',
  'ABANDON',
];
const childCancellation: readonly ChildWorkflowCancellationType[] = [
  'ABANDON',
  'TRY_CANCEL',
  'WAIT_CANCELLATION_COMPLETED',
  'WAIT_CANCELLATION_REQUESTED',
];

/** One kind of command: fields that go over as they are, fields by kind, and the rest by hand. */
interface Shape {
  readonly plain?: readonly string[];
  /** Field → kind of field-kinds.ts. Durations gain `Ms`. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly more?: (source: Dict, form: ProtoForm) => Dict;
}

const activityShape: Shape = {
  plain: ['seq', 'activityId', 'activityType'],
  fields: {
    headers: 'map:Payload',
    arguments: 'Payload[]',
    scheduleToCloseTimeout: 'duration',
    scheduleToStartTimeout: 'duration',
    startToCloseTimeout: 'duration',
    retryPolicy: 'RetryPolicy',
  },
  more: (source) => ({ cancellationType: activityCancellation[Number(source['cancellationType'] ?? 0)] }),
};

const shapes: Readonly<Record<string, Shape>> = {
  scheduleActivity: {
    ...activityShape,
    plain: [...activityShape.plain!, 'taskQueue', 'doNotEagerlyExecute'],
    fields: { ...activityShape.fields, heartbeatTimeout: 'duration', priority: 'Priority' },
  },
  scheduleLocalActivity: {
    ...activityShape,
    plain: [...activityShape.plain!, 'attempt'],
    fields: { ...activityShape.fields, localRetryThreshold: 'duration', originalScheduleTime: 'timestamp' },
  },
  startTimer: { plain: ['seq'], fields: { startToFireTimeout: 'duration' } },
  cancelTimer: { plain: ['seq'] },
  requestCancelActivity: { plain: ['seq'] },
  requestCancelLocalActivity: { plain: ['seq'] },
  cancelSignalWorkflow: { plain: ['seq'] },
  cancelChildWorkflowExecution: {
    plain: ['childWorkflowSeq'],
    more: (source) => ({ reason: source['reason'] ?? '' }),
  },
  startChildWorkflowExecution: {
    plain: ['seq', 'namespace', 'workflowId', 'workflowType', 'taskQueue', 'cronSchedule'],
    fields: {
      input: 'Payload[]',
      workflowExecutionTimeout: 'duration',
      workflowRunTimeout: 'duration',
      workflowTaskTimeout: 'duration',
      parentClosePolicy: 'enum:ParentClosePolicy',
      workflowIdReusePolicy: 'enum:WorkflowIdReusePolicy',
      retryPolicy: 'RetryPolicy',
      headers: 'map:Payload',
      memo: 'map:Payload',
      priority: 'Priority',
    },
    more: (source, form) => ({
      cancellationType: childCancellation[Number(source['cancellationType'] ?? 0)],
      searchAttributes: searchAttributes(source['searchAttributes'], form),
    }),
  },
  continueAsNewWorkflowExecution: {
    plain: ['workflowType', 'taskQueue'],
    fields: {
      arguments: 'Payload[]',
      workflowRunTimeout: 'duration',
      workflowTaskTimeout: 'duration',
      backoffStartInterval: 'duration',
      memo: 'map:Payload',
      headers: 'map:Payload',
      retryPolicy: 'RetryPolicy',
    },
    more: (source, form) => ({ searchAttributes: searchAttributes(source['searchAttributes'], form) }),
  },
  signalExternalWorkflowExecution: {
    plain: ['seq', 'signalName', 'childWorkflowId'],
    fields: { args: 'Payload[]', headers: 'map:Payload' },
    more: (source) => execution(source['workflowExecution']),
  },
  requestCancelExternalWorkflowExecution: {
    plain: ['seq'],
    more: (source) => ({ ...execution(source['workflowExecution']), reason: source['reason'] ?? '' }),
  },
  setPatchMarker: { plain: ['patchId'], more: (source) => ({ deprecated: source['deprecated'] === true }) },
  upsertWorkflowSearchAttributes: {
    // SDKs before 1.14 sent the map itself.
    more: (source, form) => ({
      searchAttributes: searchAttributes(source['searchAttributes'] ?? {}, form),
    }),
  },
  modifyWorkflowProperties: { fields: { upsertedMemo: 'Memo' } },
  completeWorkflowExecution: { fields: { result: 'Payload' } },
  failWorkflowExecution: { fields: { failure: 'Failure' } },
  cancelWorkflowExecution: {},
  updateResponse: {
    plain: ['protocolInstanceId'],
    more: (source, form) => {
      if (source['accepted']) return { status: 'accepted' };
      if (source['rejected'])
        return { status: 'rejected', failure: form.from('Failure', source['rejected']) };
      return { status: 'completed', result: form.from('Payload', source['completed']) };
    },
  },
  respondToQuery: {
    plain: ['queryId'],
    more: (source, form) =>
      source['failed']
        ? { status: 'failed', failure: form.from('Failure', source['failed']) }
        : {
            status: 'succeeded',
            response: form.from('Payload', (source['succeeded'] as Dict | undefined)?.['response']),
          },
  },
};

function execution(value: unknown): Dict {
  if (!value) return {};
  const { namespace, workflowId, runId } = value as Record<string, string | undefined>;
  return {
    workflowExecution: { namespace: namespace ?? '', workflowId: workflowId ?? '', runId: runId ?? '' },
  };
}

/** A SearchAttributes message or, from SDKs of old, the map of its fields. */
function searchAttributes(value: unknown, form: ProtoForm): unknown {
  if (!value) return undefined;
  const fields = (value as { indexedFields?: unknown }).indexedFields ?? value;
  return { indexedFields: form.from('map:Payload', fields) };
}

/** Throws when the SDK asks for what this version does not know. */
export function commandFromProto(
  command: Dict,
  form: ProtoForm,
  callSite: string | undefined,
): WorkflowCommand {
  for (const type in command) {
    const shape = shapes[type];
    const source = command[type] as Dict | null | undefined;
    if (!shape || !source) continue;
    const result: Dict = { type };
    for (const name of shape.plain ?? []) {
      if (source[name] !== undefined && source[name] !== null) result[name] = source[name];
    }
    for (const [name, kind] of Object.entries(shape.fields ?? {})) {
      const value = source[name] ?? (kind.endsWith('[]') ? [] : name === 'headers' ? {} : undefined);
      if (value === undefined) continue;
      if (kind === 'duration' || kind === 'timestamp') result[`${name}Ms`] = msOf(value as ProtoDuration);
      else result[name] = form.from(kind, value);
    }
    if (shape.more) defined(result, shape.more(source, form));
    if (command['userMetadata'])
      defined(result, { userMetadata: form.from('UserMetadata', command['userMetadata']) });
    if (callSite !== undefined) result['callSite'] = callSite;
    return result as unknown as WorkflowCommand;
  }
  throw new TypeError(
    `the SDK issued a command that Refrain does not support: ${Object.keys(command).join(', ')}`,
  );
}

function defined(target: Dict, source: Dict): void {
  for (const name in source) if (source[name] !== undefined) target[name] = source[name];
}
