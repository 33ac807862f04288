import { setTimeout as delay } from 'node:timers/promises';
import {
  Client as GrpcClient,
  credentials,
  Metadata,
  status as grpcStatus,
  type ChannelCredentials,
  type MethodDefinition,
  type ServiceError as GrpcError,
} from '@grpc/grpc-js';
import { InputError } from '../errors.js';
import { readCertificatePair, readPemFile, type ClientTls } from '../tls-options.js';
import type { WorkflowService } from '../service/api.js';
import type { CallOptions } from '../service/api/common.js';
import { ServiceError, type ServiceStatus } from '../service/errors.js';
import { apiRoot } from './api-root.js';
import { grpcService } from './grpc-definition.js';
import { decodeMessage } from './wire-codec.js';

/** How to reach a server that speaks Temporal's API: `refrain dev`, or a Temporal cluster. */
export interface ConnectOptions {
  /** `host:port` */
  readonly address: string;
  /** Default `default`. */
  readonly namespace?: string;
  readonly tls?: ClientTls;
  /** Sent as `authorization: Bearer …`. */
  readonly apiKey?: string;
}

export interface RemoteService {
  readonly service: WorkflowService;
  close(): void;
}

const connectTimeoutMs = 10_000;
const retryMs = 200;
const callTimeoutMs = 30_000;

/**
 * The service behind an address, with the same calls and errors as the embedded one. Resolves when the server has
 * answered; throws `InputError` RFN8005 when it does not.
 */
export async function connectService(options: ConnectOptions): Promise<RemoteService> {
  const { address, namespace = 'default', tls } = options;
  const serverName = typeof tls === 'object' ? tls.serverName : undefined;
  const channel = new GrpcClient(address, credentialsOf(tls), {
    ...(serverName !== undefined && { 'grpc.ssl_target_name_override': serverName }),
    'grpc.max_receive_message_length': -1,
  });
  const { definition } = grpcService(apiRoot(), 'temporal.api.workflowservice.v1.WorkflowService');
  const metadata = new Metadata();
  metadata.set('temporal-namespace', namespace);
  if (options.apiKey !== undefined) metadata.set('authorization', `Bearer ${options.apiKey}`);
  await reach(
    { channel, metadata, method: (definition as unknown as Definition)['GetSystemInfo']! },
    address,
  );
  const caller: Caller = { channel, metadata, namespace };
  return { service: proxyOf(definition as unknown as Definition, caller), close: () => channel.close() };
}

interface Probe {
  readonly channel: GrpcClient;
  readonly metadata: Metadata;
  readonly method: MethodDefinition<object, object>;
}

/** Waits for a server that is just starting; any other reason for which none answers is told at once. */
async function reach(probe: Probe, address: string): Promise<void> {
  const deadline = Date.now() + connectTimeoutMs;
  for (;;) {
    const error = await unreachable(probe, deadline);
    if (!error) return;
    if (error.details.includes('ECONNREFUSED') && Date.now() + retryMs < deadline) {
      await delay(retryMs);
      continue;
    }
    probe.channel.close();
    const reason = `No server answers at ${address}: ${error.details}`;
    throw new InputError('RFN8005', reason, { cause: error });
  }
}

function unreachable({ channel, metadata, method }: Probe, deadline: number): Promise<GrpcError | undefined> {
  const { path, requestSerialize, responseDeserialize } = method;
  const gone: readonly unknown[] = [grpcStatus.UNAVAILABLE, grpcStatus.DEADLINE_EXCEEDED];
  return new Promise((resolve) => {
    const done = (error: GrpcError | null) => resolve(error && gone.includes(error.code) ? error : undefined);
    channel.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, metadata, { deadline }, done);
  });
}

interface Caller {
  readonly channel: GrpcClient;
  readonly metadata: Metadata;
  readonly namespace: string;
}

type Definition = Readonly<Record<string, MethodDefinition<object, object>>>;
type Answer = Record<string, unknown>;

/** Where our form of an answer differs from the message's: what is required here and may be absent there. */
const complete: Readonly<Record<string, (answer: Answer) => unknown>> = {
  ListWorkflowExecutions: (answer) => ({ executions: [], ...answer }),
  CountWorkflowExecutions: (answer) => ({ count: 0, ...answer, groups: groupsOf(answer) }),
  GetWorkflowExecutionHistory: (answer) => ({
    ...answer,
    history: { events: [], ...(answer['history'] as object) },
  }),
  DescribeWorkflowExecution: (answer) => ({
    pendingActivities: [],
    pendingChildren: [],
    pendingTimers: [],
    limitWarnings: [],
    ...answer,
  }),
  PollWorkflowTaskQueue: (answer) => (answer['taskToken'] ? workflowTask(answer) : undefined),
  RespondWorkflowTaskCompleted: (answer) => ({
    activityTasks: [],
    ...answer,
    ...(answer['workflowTask'] !== undefined && {
      workflowTask: workflowTask(answer['workflowTask'] as Answer),
    }),
  }),
  PollActivityTaskQueue: (answer) => (answer['taskToken'] ? { attempt: 1, ...answer } : undefined),
  ListSchedules: (answer) => ({
    ...answer,
    schedules: ((answer['schedules'] ?? []) as Answer[]).map(listedSchedule),
  }),
  DescribeSchedule: (answer) => ({ ...answer, info: { ...noActions, ...(answer['info'] as object) } }),
  ListScheduleMatchingTimes: (answer) => ({ startTimesMs: answer['startTimeMs'] ?? [] }),
};

function workflowTask(answer: Answer): object {
  const numbers = { previousStartedEventId: 0, startedEventId: 0, attempt: 1, backlogCountHint: 0 };
  const history = { events: [], ...(answer['history'] as object) };
  return { ...numbers, queries: {}, messages: [], ...answer, history };
}

/** What `ScheduleInfo` says when a schedule has not acted: zeros and empty lists are absent on the wire. */
const noActions = {
  ...{ actionCount: 0, missedCatchupWindow: 0, overlapSkipped: 0, bufferDropped: 0, bufferSize: 0 },
  ...{ runningWorkflows: [], recentActions: [], futureActionTimesMs: [], createTimeMs: 0 },
};

function listedSchedule(entry: Answer): object {
  const { workflowType, ...info } = (entry['info'] ?? {}) as { workflowType?: { name?: string } };
  const absent = { spec: {}, paused: false, recentActions: [], futureActionTimesMs: [] };
  return { ...entry, info: { ...absent, ...info, workflowType: workflowType?.name ?? '' } };
}

function groupsOf(answer: Answer): object[] {
  const groups = (answer['groups'] ?? []) as { count?: number; groupValues?: { data?: string }[] }[];
  return groups.map(({ count = 0, groupValues = [] }) => ({
    count,
    groupValues: groupValues.map(
      ({ data = '' }) => JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as string,
    ),
  }));
}

function proxyOf(definition: Definition, caller: Caller): WorkflowService {
  const calls: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(definition)) {
    const camel = name.charAt(0).toLowerCase() + name.slice(1);
    calls[camel] = async (request: object, options: CallOptions = {}) => {
      const answer = (await callUnary(
        method,
        { namespace: caller.namespace, ...request },
        options,
        caller,
      )) as Answer;
      return complete[name]?.(answer) ?? answer;
    };
  }
  return calls as unknown as WorkflowService;
}

function callUnary(
  method: MethodDefinition<object, object>,
  request: object,
  { signal, timeoutMs }: CallOptions,
  { channel, metadata }: Caller,
): Promise<object> {
  return new Promise((resolve, reject) => {
    const call = channel.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadata,
      { deadline: Date.now() + (timeoutMs ?? callTimeoutMs) },
      (error, answer) => (error ? reject(errorOf(error)) : resolve(answer ?? {})),
    );
    signal?.addEventListener('abort', () => call.cancel(), { once: true });
  });
}

/** The `ServiceError` that the embedded service would have thrown. */
function errorOf(error: GrpcError): Error {
  const details = detailsOf(error);
  const message = error.details || error.message;
  const { statuses = [] } = details[0] ?? {};
  // Of operations that are refused together, the others were only not begun.
  const refused = statuses.find(({ code }) => code !== undefined && code !== grpcStatus.ABORTED);
  if (refused) return refusal(refused.code!, refused.details, refused.message ?? message);
  return refusal(error.code, details, message);
}

function refusal(code: number, details: readonly ErrorDetail[] | undefined, message: string): ServiceError {
  // The name of Temporal's error detail: `WorkflowExecutionAlreadyStarted`.
  const reason = /([A-Za-z]+)Failure$/.exec(details?.[0]?.type ?? '')?.[1] ?? 'Unknown';
  return new ServiceError('RFN8006', grpcStatus[code] as ServiceStatus, reason, message);
}

interface ErrorDetail {
  readonly type: string;
  readonly statuses?: readonly {
    readonly code?: number;
    readonly message?: string;
    readonly details?: readonly ErrorDetail[];
  }[];
}

/** None where the trailers hold what this version does not know. */
function detailsOf({ metadata }: GrpcError): readonly ErrorDetail[] {
  const [encoded] = metadata.get('grpc-status-details-bin');
  if (!(encoded instanceof Buffer)) return [];
  try {
    const type = apiRoot().lookupType('google.rpc.Status');
    return (decodeMessage(type, encoded) as { details?: readonly ErrorDetail[] }).details ?? [];
  } catch {
    return [];
  }
}

function credentialsOf(tls: ConnectOptions['tls']): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  if (tls === true) return credentials.createSsl();
  const own = readCertificatePair(tls, 'client’s');
  const ca = tls.ca === undefined ? null : readPemFile(tls.ca, 'server’s authority');
  return credentials.createSsl(ca, own?.key ?? null, own?.certificate ?? null);
}
