/**
 * Keys of runs say which namespace a run belongs to: namespace `n` has those from `n * runKeysPerNamespace` on, so
 * that every index that ends with the key serves a namespace, too.
 */
export const runKeysPerNamespace = 2 ** 40;
