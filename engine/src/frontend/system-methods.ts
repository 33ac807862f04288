import type { Method } from './call.js';
import { describeNamespace, namespaceId, type Namespaces } from './namespaces.js';

/** The version of Temporal's server whose behaviour the service follows; SDKs read features off it. */
const serverVersion = '1.29.0';

/** What clients and workers ask about the server itself before they begin. */
export function systemMethods(namespaces: Namespaces): Readonly<Record<string, Method>> {
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
    DescribeNamespace: async ({ namespace, id }: { namespace?: string; id?: string }) => {
      const name = namespace ?? namespaces.all.find((known) => namespaceId(known) === id) ?? id ?? '';
      namespaces.check(name);
      return describeNamespace(name);
    },
    ListNamespaces: async () => ({ namespaces: namespaces.all.map(describeNamespace) }),
    RegisterNamespace: async ({ namespace = '' }: { namespace?: string }) => namespaces.register(namespace),
    UpdateNamespace: async ({ namespace = '' }: { namespace?: string }) => {
      namespaces.check(namespace);
      return describeNamespace(namespace);
    },
  };
}
