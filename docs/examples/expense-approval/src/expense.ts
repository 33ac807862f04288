/** What an employee paid for the company. The amount is in cents. */
export interface Expense {
  id: string;
  employee: string;
  manager: string;
  amount: number;
  purpose: string;
}

export interface Decision {
  by: string;
  approved: boolean;
  comment?: string;
}

export type ExpenseStatus = 'waiting' | 'approved' | 'rejected' | 'expired';

export interface ExpenseResult {
  status: ExpenseStatus;
  decisions: Decision[];
}

/** From this amount (in cents) on, finance has to agree as well. */
export const financeThreshold = 500_000;

/** Who is asked, one after the other. */
export function approversOf(expense: Expense): string[] {
  return expense.amount >= financeThreshold ? [expense.manager, 'finance'] : [expense.manager];
}
