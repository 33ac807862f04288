export interface Transfer {
  from: string;
  to: string;
  /** In cents. */
  amount: number;
  reference: string;
}

export interface TransferResult {
  status: 'done' | 'refunded' | 'cancelled';
  withdrawal?: string;
  deposit?: string;
}
