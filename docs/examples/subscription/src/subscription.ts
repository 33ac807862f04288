/** A customer's subscription. Prices are in cents. */
export interface Subscription {
  customer: string;
  plan: string;
  price: number;
  /** Periods that have been paid, over all runs of the workflow. */
  paidPeriods: number;
}

export interface Plan {
  plan: string;
  price: number;
}

export type SubscriptionEnd = 'cancelled by the customer' | 'not paid';

export interface SubscriptionResult {
  end: SubscriptionEnd;
  paidPeriods: number;
}

/** So many periods share one history; then the workflow continues as new with a fresh one. */
export const periodsPerRun = 12;
