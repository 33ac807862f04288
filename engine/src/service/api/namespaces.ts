import type { SearchAttributeType } from '../check-fields.js';

/** What is kept of a namespace besides its name. */
export interface NamespaceSettings {
  readonly description?: string;
  readonly ownerEmail?: string;
  readonly data?: Readonly<Record<string, string>>;
  /** Closed runs are deleted after it; 0, and absent: after what the engine was opened with. */
  readonly workflowExecutionRetentionPeriodMs?: number;
}

export interface RegisterNamespaceRequest extends NamespaceSettings {
  readonly namespace: string;
}

export interface NamespaceDescription {
  readonly namespaceInfo: {
    readonly name: string;
    /** In the form of a UUID, the same each time. */
    readonly id: string;
    readonly state: 'REGISTERED' | 'DELETED';
    readonly description: string;
    readonly ownerEmail: string;
    readonly data: Readonly<Record<string, string>>;
  };
  /** 0: closed runs are kept until somebody deletes them. */
  readonly config: { readonly workflowExecutionRetentionTtlMs: number };
}

export interface DeleteNamespaceRequest {
  readonly namespace?: string;
  readonly namespaceId?: string;
  /** What it holds is kept for so long after its name is gone. */
  readonly namespaceDeleteDelayMs?: number;
}

export interface SearchAttributesRequest {
  readonly namespace?: string;
}

export interface AddSearchAttributesRequest extends SearchAttributesRequest {
  readonly searchAttributes: Readonly<Record<string, SearchAttributeType>>;
}

export interface RemoveSearchAttributesRequest extends SearchAttributesRequest {
  readonly searchAttributes: readonly string[];
}

export interface ListSearchAttributesResponse {
  readonly customAttributes: Readonly<Record<string, SearchAttributeType>>;
  readonly systemAttributes: Readonly<Record<string, SearchAttributeType>>;
}

/**
 * Namespaces, and the search attributes of each. A namespace has workflow ids, task queues, schedules and search
 * attributes of its own; all are in one store. `default` is always there.
 */
export interface NamespaceCalls {
  registerNamespace(request: RegisterNamespaceRequest): Promise<void>;
  /** By name, or by the id that a description tells. */
  describeNamespace(request: {
    readonly namespace?: string;
    readonly id?: string;
  }): Promise<NamespaceDescription>;
  listNamespaces(): Promise<{ readonly namespaces: readonly NamespaceDescription[] }>;
  /** Changes what is given, and keeps the rest. */
  updateNamespace(request: RegisterNamespaceRequest): Promise<NamespaceDescription>;
  /**
   * Its name is free at once, and nothing of it can be reached; what it holds is deleted bit by bit. Until then it is
   * described by the name that the answer tells.
   */
  deleteNamespace(request: DeleteNamespaceRequest): Promise<{ readonly deletedNamespace: string }>;
  /** Registering an attribute again with the same type is fine; with another type it is refused. */
  addSearchAttributes(request: AddSearchAttributesRequest): Promise<void>;
  /** Runs keep the values that they have; queries and starts know the name no longer. */
  removeSearchAttributes(request: RemoveSearchAttributesRequest): Promise<void>;
  listSearchAttributes(request: SearchAttributesRequest): Promise<ListSearchAttributesResponse>;
}
