import {
  bundleWorkflowCode,
  loadBundle,
  type BundleOptions,
  type LoadedBundle,
  type LoadOptions,
} from '@refrain/engine/internal';
import { activation, initialize, json, type Payload } from './activations.mjs';

export { activation, initialize, json };

/** Drives workflow code by activations, as the core does. */

type Instance = ReturnType<LoadedBundle['createInstance']>;
export type Activation = Parameters<Instance['activate']>[0];
export type Completion = ReturnType<Instance['activate']>;
export type Job = Activation['jobs'][number];
export type Command = Extract<Completion, { status: 'successful' }>['commands'][number];

export function valueOf(payload: Payload | undefined): unknown {
  if (payload?.data === undefined) return undefined;
  return JSON.parse(Buffer.from(payload.data, 'base64').toString()) as unknown;
}

export const fire = (seq: number): Job => ({ type: 'fireTimer', seq });
export const resolved = (seq: number, value?: unknown): Job => ({
  type: 'resolveActivity',
  seq,
  isLocal: false,
  result: { status: 'completed', result: json(value) },
});
export const signal = (signalName: string, ...args: unknown[]): Job => ({
  type: 'signalWorkflow',
  signalName,
  input: args.map(json),
  identity: '',
  headers: {},
  originatingEventId: 1,
});
export const query = (queryType: string, ...args: unknown[]): Job => ({
  type: 'queryWorkflow',
  queryId: 'query-1',
  queryType,
  arguments: args.map(json),
  headers: {},
});
export const update = (id: string, name: string, args: unknown[] = [], runValidator = true): Job => ({
  type: 'doUpdate',
  id,
  protocolInstanceId: `protocol-${id}`,
  name,
  input: args.map(json),
  headers: {},
  identity: '',
  runValidator,
});

export async function load(
  code: string,
  options: LoadOptions & { bundle?: Partial<BundleOptions> } = {},
): Promise<LoadedBundle> {
  const bundle = await bundleWorkflowCode({ sources: { 'index.ts': code }, ...options.bundle });
  return loadBundle(bundle, options);
}

/** One execution; `send` runs jobs and returns the commands, and throws the failure of a failed task. */
export function start(loaded: LoadedBundle, workflowType = 'main', args: unknown[] = [], more: object = {}) {
  const instance = loaded.createInstance();
  const complete = (jobs: readonly Job[], extra: Partial<Activation> = {}): Completion =>
    instance.activate(activation(jobs, extra));
  const send = (jobs: readonly Job[], extra: Partial<Activation> = {}): readonly Command[] => {
    const completion = complete(jobs, extra);
    if (completion.status === 'failed') {
      throw new Error(completion.failure.message ?? 'failed', { cause: completion });
    }
    return completion.commands;
  };
  return { instance, complete, send, first: () => send([initialize(workflowType, args, more)]) };
}

/** Runs a workflow that awaits nothing from outside, and gives its result. */
export function resultOf(loaded: LoadedBundle, workflowType = 'main', args: unknown[] = []): unknown {
  const commands = start(loaded, workflowType, args).first();
  const last = commands.at(-1);
  if (last?.type !== 'completeWorkflowExecution')
    throw new Error(`Not completed: ${JSON.stringify(commands)}`);
  return valueOf(last.result);
}

/** The result of `export async function main() { <body> }`. */
export async function evaluate(body: string): Promise<unknown> {
  return resultOf(
    await load(`import * as wf from '@refrain/engine/workflow';\nexport async function main() {\n${body}\n}`),
  );
}

/** The message that the workflow task of such a workflow fails with. */
export async function failureOf(body: string): Promise<string> {
  const loaded = await load(
    `import * as wf from '@refrain/engine/workflow';\nexport async function main() {\n${body}\n}`,
  );
  const completion = start(loaded).complete([initialize('main')]);
  return completion.status === 'failed' ? (completion.failure.message ?? '') : 'did not fail';
}
