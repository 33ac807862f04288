import { invalidArgument } from '../service/errors.js';
import type { ServedMethod } from './grpc-definition.js';

interface Checked {
  readonly namespace?: string;
  readonly execution?: Execution;
  readonly workflowExecution?: Execution;
}

interface Execution {
  readonly workflowId?: string;
  readonly runId?: string;
}

/** These name a namespace that need not be there, or by its id. */
const namespaceFree = new Set(['DescribeNamespace', 'ListNamespaces', 'GetSearchAttributes']);

/** What Temporal's front end refuses of any request before it looks at anything else. Throws INVALID_ARGUMENT. */
export function checkRequest(request: object, { name, hasNamespace }: ServedMethod): void {
  const { namespace, execution, workflowExecution } = request as Checked;
  if (hasNamespace && !namespace && !namespaceFree.has(name)) throw invalidArgument('Namespace is empty.');
  for (const named of [execution, workflowExecution]) {
    if (!named) continue;
    if (!named.workflowId) throw invalidArgument('WorkflowId is not set on request.');
    if (named.runId && !uuid.test(named.runId)) throw invalidArgument('Invalid RunId.');
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
