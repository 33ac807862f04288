import { createHash } from 'node:crypto';
import type {
  DeleteNamespaceRequest,
  NamespaceCalls,
  NamespaceDescription,
  NamespaceSettings,
} from './api/namespaces.js';
import type { SearchAttributeType } from './check-fields.js';
import { searchAttributeTypes } from './check-fields.js';
import { invalidArgument, ServiceError } from './errors.js';
import { limits } from './limits.js';
import { checkId } from './start.js';
import type { NamespaceWrite, RootStore } from './store.js';
import { columns } from './visibility/query.js';

/** A namespace as it is kept: its settings and its own search attributes. */
export interface Namespace {
  readonly key: number;
  readonly name: string;
  settings: NamespaceSettings;
  readonly attributes: Map<string, SearchAttributeType>;
  /** `attributes`, what the SDKs write by themselves, and what the engine was opened with. */
  readonly types: Map<string, SearchAttributeType>;
}

export interface NamespacesOptions {
  readonly store: RootStore;
  /** How long closed runs are kept where the namespace does not say; `Infinity`: until somebody deletes them. */
  readonly retentionMs: number;
  /** Registered in every namespace. */
  readonly searchAttributes: Readonly<Record<string, SearchAttributeType>>;
}

export const firstNamespace = 'default';

/** Registered always: what the SDKs write by themselves. */
const predefinedAttributes: Readonly<Record<string, SearchAttributeType>> = {
  BuildIds: 'KeywordList',
  TemporalChangeVersion: 'KeywordList',
  TemporalScheduledById: 'Keyword',
  TemporalScheduledStartTime: 'Datetime',
};

/** A namespace that has been deleted, under the name that it has since; what it held goes bit by bit. */
export interface DeletedNamespace {
  readonly key: number;
  readonly name: string;
  readonly deleted: Deletion;
  readonly settings: NamespaceSettings;
}

interface Deletion {
  readonly id: string;
  readonly name: string;
  /** What it holds is kept until then. */
  readonly purgeMs: number;
}

/**
 * Owns the names of the namespaces and what is registered in each; not what runs in them.
 *
 * 1. A change is seen by others only when it is durable (E2), except that its name or attribute is taken at once.
 */
export class Namespaces implements Omit<NamespaceCalls, 'deleteNamespace'> {
  readonly #store: RootStore;
  readonly #given: Readonly<Record<string, SearchAttributeType>>;
  readonly #byName = new Map<string, Namespace>();
  readonly #registering = new Set<string>();
  readonly #deleted = new Map<string, DeletedNamespace>();
  readonly #retentionMs: number;

  constructor({ store, searchAttributes, retentionMs }: NamespacesOptions) {
    this.#store = store;
    this.#retentionMs = retentionMs;
    this.#given = searchAttributes;
    checkAttributes(searchAttributes, new Map());
    for (const { key, name, text } of store.listNamespaces()) {
      const { settings, attributes, deleted } = JSON.parse(text) as StoredText;
      if (deleted) this.#deleted.set(name, { key, name, deleted, settings });
      else this.#byName.set(name, this.#namespace(key, name, settings, attributes));
    }
    if (!this.#byName.has(firstNamespace)) {
      this.#byName.set(firstNamespace, this.#namespace(0, firstNamespace, {}, {}));
    }
  }

  get all(): readonly Namespace[] {
    return [...this.#byName.values()];
  }

  get deleted(): readonly DeletedNamespace[] {
    return [...this.#deleted.values()];
  }

  /** `Infinity`: for ever. */
  retentionMs({ settings }: Namespace): number {
    return settings.workflowExecutionRetentionPeriodMs || this.#retentionMs;
  }

  /** Throws Temporal's NamespaceNotFound for a name that is not registered. */
  get(name: string): Namespace {
    const found = this.#byName.get(name);
    if (found) return found;
    const message = `Namespace ${name} is not found.`;
    throw new ServiceError('RFN2002', 'NOT_FOUND', 'NamespaceNotFound', message, { namespace: name });
  }

  /** The attributes that the engine was opened with are kept, too, so that tools which open the file know them. */
  async keepGiven(): Promise<void> {
    const first = this.get(firstNamespace);
    const missing = Object.entries(this.#given).filter(([name, type]) => first.attributes.get(name) !== type);
    if (missing.length === 0) return;
    for (const [name, type] of missing) first.attributes.set(name, type);
    await this.#save(first);
  }

  async registerNamespace({
    namespace: name,
    ...settings
  }: Parameters<NamespaceCalls['registerNamespace']>[0]) {
    checkId('namespace', name);
    checkSettings(settings);
    if (this.#byName.has(name) || this.#registering.has(name)) {
      throw new ServiceError(
        'RFN2003',
        'ALREADY_EXISTS',
        'NamespaceAlreadyExists',
        `Namespace ${name} already exists.`,
      );
    }
    const known = this.#byName.size + this.#registering.size;
    if (known >= limits.namespaces)
      throw invalidArgument(`namespace: there are ${limits.namespaces} already`);
    this.#registering.add(name);
    try {
      const key = Math.max(0, ...[...this.all, ...this.deleted].map((n) => n.key)) + this.#registering.size;
      const namespace = this.#namespace(key, name, settings, {});
      await this.#save(namespace);
      this.#byName.set(name, namespace);
    } finally {
      this.#registering.delete(name);
    }
  }

  async describeNamespace({ namespace, id }: { readonly namespace?: string; readonly id?: string }) {
    const name = namespace || (this.#nameOf(id) ?? id ?? '');
    const deleted = this.#deleted.get(name);
    if (deleted) return this.#description(name, deleted.settings, deleted.deleted.id, 'DELETED');
    return this.#describe(this.get(name));
  }

  async listNamespaces() {
    return { namespaces: this.all.map((namespace) => this.#describe(namespace)) };
  }

  async updateNamespace({ namespace: name, ...changes }: Parameters<NamespaceCalls['updateNamespace']>[0]) {
    const namespace = this.get(name);
    checkSettings(changes);
    const before = namespace.settings;
    namespace.settings = { ...before, ...changes };
    await this.#save(namespace, () => (namespace.settings = before));
    return this.#describe(namespace);
  }

  /** It has another name at once, by which it can be described until all of it is gone. */
  async deleteNamespace(request: DeleteNamespaceRequest, nowMs: number): Promise<DeletedNamespace> {
    const namespace = this.get(request.namespace || (this.#nameOf(request.namespaceId) ?? ''));
    const { key, name, settings } = namespace;
    if (key === 0) throw invalidArgument(`namespace: '${name}' is the engine's own and cannot be deleted`);
    const id = namespaceId(name);
    let newName = `${name}-deleted-${id.slice(0, 5)}`;
    for (let more = 2; this.#byName.has(newName) || this.#deleted.has(newName); more++) {
      newName = `${name}-deleted-${id.slice(0, 5)}-${more}`;
    }
    const purgeMs = nowMs + (request.namespaceDeleteDelayMs ?? 0);
    const entry = { key, name: newName, settings, deleted: { id, name, purgeMs } };
    this.#byName.delete(name);
    this.#deleted.set(newName, entry);
    const text = JSON.stringify({ settings, attributes: {}, deleted: entry.deleted } satisfies StoredText);
    await this.#write({ key, name: newName, text }, () => {
      this.#deleted.delete(newName);
      this.#byName.set(name, namespace);
    });
    return entry;
  }

  /** All that it held has been deleted. */
  async forget({ key, name }: DeletedNamespace): Promise<void> {
    await this.#write({ key, name, text: null });
    this.#deleted.delete(name);
  }

  #nameOf(id: string | undefined): string | undefined {
    if (!id) return undefined;
    const deleted = this.deleted.find((n) => n.deleted.id === id)?.name;
    return this.all.find((n) => namespaceId(n.name) === id)?.name ?? deleted;
  }

  async addSearchAttributes(request: Parameters<NamespaceCalls['addSearchAttributes']>[0]) {
    const namespace = this.get(request.namespace ?? firstNamespace);
    checkAttributes(request.searchAttributes, namespace.types);
    const added = Object.entries(request.searchAttributes).filter(([name]) => !namespace.types.has(name));
    if (added.length === 0) return;
    const count = namespace.attributes.size + added.length;
    if (count > limits.searchAttributesCount) {
      throw invalidArgument(`searchAttributes: more than ${limits.searchAttributesCount} in a namespace`);
    }
    for (const [name, type] of added) {
      namespace.attributes.set(name, type);
      namespace.types.set(name, type);
    }
    await this.#save(namespace, () => added.forEach(([name]) => forget(namespace, name)));
  }

  async removeSearchAttributes(request: Parameters<NamespaceCalls['removeSearchAttributes']>[0]) {
    const namespace = this.get(request.namespace ?? firstNamespace);
    const removed = request.searchAttributes.map((name) => {
      const type = namespace.attributes.get(name);
      if (type) return [name, type] as const;
      throw new ServiceError(
        'RFN2002',
        'NOT_FOUND',
        'NotFound',
        `searchAttributes: '${name}' is not registered`,
      );
    });
    for (const [name] of removed) forget(namespace, name);
    await this.#save(namespace, () => {
      for (const [name, type] of removed) {
        namespace.attributes.set(name, type);
        namespace.types.set(name, type);
      }
    });
  }

  async listSearchAttributes({ namespace = firstNamespace }: { readonly namespace?: string }) {
    const { types } = this.get(namespace);
    const system = Object.entries(columns).map(([name, { valueType }]) => [name, valueType] as const);
    const custom = [...types].filter(([name]) => !(name in predefinedAttributes));
    return {
      customAttributes: Object.fromEntries(custom),
      systemAttributes: { ...Object.fromEntries(system), ...predefinedAttributes },
    };
  }

  #describe({ name, settings }: Namespace): NamespaceDescription {
    return this.#description(name, settings, namespaceId(name), 'REGISTERED');
  }

  #description(
    name: string,
    settings: NamespaceSettings,
    id: string,
    state: NamespaceDescription['namespaceInfo']['state'],
  ): NamespaceDescription {
    const { description = '', ownerEmail = '', data = {} } = settings;
    const retentionMs = settings.workflowExecutionRetentionPeriodMs || this.#retentionMs;
    return {
      namespaceInfo: { name, id, state, description, ownerEmail, data },
      // 0 stands for ever.
      config: { workflowExecutionRetentionTtlMs: retentionMs === Infinity ? 0 : retentionMs },
    };
  }

  #namespace(
    key: number,
    name: string,
    settings: NamespaceSettings,
    attributes: Readonly<Record<string, SearchAttributeType>>,
  ): Namespace {
    const own = new Map(Object.entries(attributes));
    checkAttributes(this.#given, own);
    const types = new Map(Object.entries({ ...predefinedAttributes, ...this.#given, ...attributes }));
    return { key, name, settings, attributes: own, types };
  }

  async #save(namespace: Namespace, undo?: () => void): Promise<void> {
    const { key, name, settings, attributes } = namespace;
    const text = JSON.stringify({
      settings,
      attributes: Object.fromEntries(attributes),
    } satisfies StoredText);
    await this.#write({ key, name, text }, undo);
  }

  async #write(namespace: NamespaceWrite, undo?: () => void): Promise<void> {
    try {
      await this.#store.requestCommit(() => ({ runs: [], schedules: [], namespaces: [namespace] }));
    } catch (error) {
      undo?.();
      throw error;
    }
  }
}

interface StoredText {
  readonly settings: NamespaceSettings;
  readonly attributes: Readonly<Record<string, SearchAttributeType>>;
  readonly deleted?: Deletion;
}

function forget(namespace: Namespace, name: string): void {
  namespace.attributes.delete(name);
  namespace.types.delete(name);
}

function checkSettings({ workflowExecutionRetentionPeriodMs: ms }: NamespaceSettings): void {
  if (ms !== undefined && !(ms >= 0)) {
    throw invalidArgument(`workflowExecutionRetentionPeriod must not be negative, found ${ms} ms`);
  }
}

function checkAttributes(
  attributes: Readonly<Record<string, SearchAttributeType>>,
  registered: ReadonlyMap<string, SearchAttributeType>,
): void {
  for (const [name, type] of Object.entries(attributes)) {
    checkId('searchAttributes: the name', name);
    if (name in columns || name in predefinedAttributes) {
      throw invalidArgument(`searchAttributes: '${name}' is the name of a system attribute`);
    }
    if (!searchAttributeTypes.includes(type)) {
      throw invalidArgument(
        `searchAttributes: '${name}' has the unknown type '${type}'; types are ${searchAttributeTypes.join(', ')}`,
      );
    }
    const known = registered.get(name);
    if (known !== undefined && known !== type) {
      throw new ServiceError(
        'RFN2003',
        'ALREADY_EXISTS',
        'SearchAttributeAlreadyExists',
        `searchAttributes: '${name}' is registered with type ${known}, not ${type}; remove it first to change its type`,
      );
    }
  }
}

function namespaceId(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
