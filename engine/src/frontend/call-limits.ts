import { ServiceError } from '../service/errors.js';

/** Calls under way at once in one namespace, long polls included. */
export const maximumCallsPerNamespace = 10_000;

/** Owns the count of calls under way in each namespace. Bound (E10): `maximumCallsPerNamespace` for each. */
export class CallLimits {
  readonly #underWay = new Map<string, number>();

  /** Counts a call; the returned function ends it. Throws RESOURCE_EXHAUSTED when the namespace has too many. */
  begin(namespace: string): () => void {
    const count = this.#underWay.get(namespace) ?? 0;
    if (count >= maximumCallsPerNamespace) {
      throw new ServiceError(
        'RFN8007',
        'RESOURCE_EXHAUSTED',
        'ResourceExhausted',
        `namespace ${namespace} has ${count} calls under way, which is the limit`,
        { cause: 'CONCURRENT_LIMIT', scope: 'NAMESPACE' },
      );
    }
    this.#underWay.set(namespace, count + 1);
    return () => {
      const left = (this.#underWay.get(namespace) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(namespace);
      else this.#underWay.set(namespace, left);
    };
  }
}
