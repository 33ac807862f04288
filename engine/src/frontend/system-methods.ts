import type { Method } from './call.js';
import type {
  NamespaceCalls,
  NamespaceDescription,
  NamespaceSettings,
  RegisterNamespaceRequest,
} from '../service/api/namespaces.js';
import { indexedTypes } from './indexed-types.js';

/** The version of Temporal's server whose behaviour the service follows; SDKs read features off it. */
const serverVersion = '1.29.0';

/** What clients and workers ask about the server itself before they begin. */
export function systemMethods(service: NamespaceCalls): Readonly<Record<string, Method>> {
  return {
    GetSystemInfo: async () => ({
      serverVersion,
      capabilities: {
        signalAndQueryHeader: true,
        internalErrorDifferentiation: true,
        activityFailureIncludeHeartbeat: true,
        supportsSchedules: true,
        encodedFailureAttributes: true,
        buildIdBasedVersioning: true,
        upsertMemo: true,
        eagerWorkflowStart: false,
        sdkMetadata: true,
        countGroupByExecutionStatus: true,
        nexus: false,
      },
    }),
    GetClusterInfo: async () => ({
      serverVersion,
      clusterName: 'active',
      clusterId: 'refrain',
      historyShardCount: 1,
      persistenceStore: 'refrain',
      visibilityStore: 'refrain',
      supportedClients: {},
    }),
    DescribeNamespace: async (request: { namespace?: string; id?: string }) =>
      withCluster(await service.describeNamespace(request)),
    ListNamespaces: async () => ({
      namespaces: (await service.listNamespaces()).namespaces.map(withCluster),
    }),
    RegisterNamespace: (request: RegisterNamespaceRequest) => service.registerNamespace(request),
    UpdateNamespace: async (request: UpdateNamespaceRequest) => {
      const { namespace = '', updateInfo = {}, config = {} } = request;
      const { workflowExecutionRetentionTtlMs: retentionMs } = config;
      const changes = {
        ...updateInfo,
        ...(retentionMs !== undefined && { workflowExecutionRetentionPeriodMs: retentionMs }),
      };
      return withCluster(await service.updateNamespace({ namespace, ...changes }));
    },
    GetSearchAttributes: async () => {
      const { customAttributes, systemAttributes } = await service.listSearchAttributes({});
      return { keys: indexedTypes({ ...customAttributes, ...systemAttributes }) };
    },
  };
}

interface UpdateNamespaceRequest {
  readonly namespace?: string;
  readonly updateInfo?: Omit<NamespaceSettings, 'workflowExecutionRetentionPeriodMs'>;
  readonly config?: { readonly workflowExecutionRetentionTtlMs?: number };
}

/** `DescribeNamespaceResponse`: what the service says, and what is the same for all. */
function withCluster({ namespaceInfo, config }: NamespaceDescription): object {
  const capabilities = { eagerWorkflowStart: false, syncUpdate: true, asyncUpdate: true };
  return {
    namespaceInfo: { ...namespaceInfo, supportsSchedules: true, capabilities },
    config,
    replicationConfig: { activeClusterName: 'active', clusters: [{ clusterName: 'active' }] },
  };
}
