import { ServiceError } from '../service/errors.js';

const retentionMs = 3 * 24 * 3_600_000;

/**
 * The namespaces that a front end answers for. Owns: their names, and nothing else: the service does not keep the
 * executions of namespaces apart. A name that was registered lives as long as the server; those that the server was
 * started with are there each time.
 */
export class Namespaces {
  readonly #names: Set<string>;

  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  get all(): readonly string[] {
    return [...this.#names];
  }

  register(name: string): void {
    if (this.#names.has(name)) {
      throw new ServiceError(
        'RFN8002',
        'ALREADY_EXISTS',
        'NamespaceAlreadyExists',
        'Namespace already exists.',
      );
    }
    this.#names.add(name);
  }

  /** Throws Temporal's NamespaceNotFound unless the name is served here. */
  check(name: string): void {
    if (!this.#names.has(name)) {
      throw new ServiceError('RFN8003', 'NOT_FOUND', 'NamespaceNotFound', `Namespace ${name} is not found.`, {
        namespace: name,
      });
    }
  }
}

/** `DescribeNamespaceResponse` for a namespace of ours. */
export function describeNamespace(name: string): object {
  return {
    namespaceInfo: {
      name,
      id: namespaceId(name),
      state: 'REGISTERED',
      supportsSchedules: true,
      capabilities: { eagerWorkflowStart: false, syncUpdate: true, asyncUpdate: true },
    },
    config: { workflowExecutionRetentionTtlMs: retentionMs },
    replicationConfig: { activeClusterName: 'active', clusters: [{ clusterName: 'active' }] },
  };
}

/** Stable for a name, in the form of a UUID, as clients expect of an id. */
export function namespaceId(name: string): string {
  const hex = Buffer.from(name.padEnd(16, '\0'), 'utf8').subarray(0, 16).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
