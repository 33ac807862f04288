export interface Refusal {
  readonly status?: string;
  readonly detail?: string;
  readonly message?: string;
  readonly answered?: boolean;
}

export function refusalsOf(address: string): Promise<Readonly<Record<string, Refusal>>>;
