import type { DeleteNamespaceRequest, NamespaceCalls } from '../service/api/namespaces.js';
import type { Method } from './call.js';
import { attributeTypes, indexedTypes } from './indexed-types.js';

interface AttributesRequest {
  readonly namespace?: string;
}

/** OperatorService: search attributes, and the deletion of namespaces. Clusters are one; there is no Nexus. */
export function operatorMethods(service: NamespaceCalls): Readonly<Record<string, Method>> {
  return {
    AddSearchAttributes: ({
      searchAttributes = {},
      ...rest
    }: AttributesRequest & { searchAttributes?: Readonly<Record<string, unknown>> }) =>
      service.addSearchAttributes({ ...rest, searchAttributes: attributeTypes(searchAttributes) }),
    RemoveSearchAttributes: ({
      searchAttributes = [],
      ...rest
    }: AttributesRequest & { searchAttributes?: readonly string[] }) =>
      service.removeSearchAttributes({ ...rest, searchAttributes }),
    ListSearchAttributes: async (request: AttributesRequest) => {
      const { customAttributes, systemAttributes } = await service.listSearchAttributes(request);
      return {
        customAttributes: indexedTypes(customAttributes),
        systemAttributes: indexedTypes(systemAttributes),
      };
    },
    DeleteNamespace: (request: DeleteNamespaceRequest) => service.deleteNamespace(request),
    ListClusters: async () => ({
      clusters: [
        { clusterName: 'active', clusterId: 'refrain', historyShardCount: 1, isConnectionEnabled: true },
      ],
    }),
    ListNexusEndpoints: async () => ({}),
  };
}
