/** What the driver uses of `@temporalio/workflow`; the same in 1.9 and later unless marked optional. */
export interface SdkModules {
  readonly api: WorkerInterface;
  overrideGlobals(): void;
  readonly time: { msToTs(ms: number): unknown };
  readonly common: {
    mapFromPayloads(converter: unknown, map: unknown): Record<string, unknown> | undefined;
    readonly TypedSearchAttributes?: new () => object;
  };
  readonly searchAttributeConverter: unknown;
  readonly flags: { SdkFlags?: Record<string, { alternativeConditions?: unknown }> } | undefined;
  /** Where the SDK's requires of the custom converters lead, for the execution that loads now. */
  setConverters(user: UserExports): void;
}

export interface WorkerInterface {
  initRuntime(options: Record<string, unknown>): void;
  /** Since 1.11. */
  initialize?(job: unknown): void;
  activate(activation: Record<string, unknown>, batchIndex: number): void;
  tryUnblockConditions(): number;
  concludeActivation(): {
    successful: { commands: object[]; usedInternalFlags?: Iterable<number> | null };
  };
  dispose(): void;
}

export interface Activator {
  now: number;
  sdkVersion?: string;
  workflowTaskError?: unknown;
  readonly payloadConverter: { fromPayload(payload: unknown): unknown };
  readonly failureConverter: { failureToError(failure: unknown, converter: unknown): Error };
  readonly queryHandlers: Map<string, unknown>;
  readonly blockedConditions: Map<number, unknown>;
  mutateWorkflowInfo(change: (info: Record<string, unknown>) => Record<string, unknown>): void;
  notifyHasPatch(job: { patchId: string }): void;
  /** Since 1.11; decides what `patched` and `deprecatePatch` do. */
  patchInternal?(patchId: string, deprecated: boolean): boolean;
  updateRandomSeed(job: unknown): void;
  readonly promiseStackStore?: {
    readonly childToParent: Map<object, Set<object>>;
    readonly promiseToStack: Map<object, { formatted: string; structured: unknown }>;
  };
  pushCommand(command: object, ...rest: unknown[]): void;
  handleWorkflowFailure(error: unknown): unknown;
  errorToFailure(error: unknown): unknown;
  getAndResetSinkCalls?(): unknown;
  /** Since 1.11. */
  addKnownFlags?(flags: number[]): void;
  hasFlag?(flag: unknown): boolean;
}

/** What the user's script exports (bundle.ts), each loading its modules when called. */
export interface UserExports {
  workflows(): Record<string, unknown>;
  interceptors(): unknown[];
  payloadConverter(): Record<string, unknown>;
  failureConverter(): Record<string, unknown>;
}
