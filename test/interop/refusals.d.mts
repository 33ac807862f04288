export interface Refusal {
  readonly status?: string;
  readonly detail?: string;
  readonly message?: string;
  readonly answered?: boolean;
  /** Of a call of several operations: how each ended. */
  readonly parts?: readonly { readonly code: number; readonly details: readonly string[] }[];
}

export function refusalsOf(address: string): Promise<Readonly<Record<string, Refusal>>>;
