/** What a customer ordered. Amounts are in cents. */
export interface Order {
  orderId: string;
  customer: string;
  items: { sku: string; quantity: number; unitPrice: number }[];
}

export type OrderStatus =
  | 'reserving'
  | 'awaiting approval'
  | 'charging'
  | 'shipping'
  | 'confirming'
  | 'completed'
  | 'compensating'
  | 'rejected';

export interface OrderResult {
  status: 'completed' | 'rejected';
  total: number;
  trackingId?: string;
}

/** Orders from this total (in cents) on wait for a person's approval. */
export const approvalThreshold = 100_000;

export function totalOf(order: Order): number {
  return order.items.reduce((sum, item) => sum + item.quantity * item.unitPrice, 0);
}
