import type { Expense, ExpenseStatus } from './expense.js';

// Each of these would be a mail, a chat message or a call of the payroll; here they only say what they do.

export async function askForApproval(expense: Expense, approver: string): Promise<void> {
  console.log(`${approver}: please look at ${expense.id}, ${expense.purpose}, ${expense.amount / 100}`);
}

export async function remindApprover(expense: Expense, approver: string): Promise<void> {
  console.log(`${approver}: ${expense.id} is still waiting for you`);
}

/** The payment has the expense's id as its idempotency key: paying twice for one expense is paying once. */
export async function payOut(expense: Expense): Promise<string> {
  console.log(`paid ${expense.amount / 100} to ${expense.employee}`);
  return `payment-${expense.id}`;
}

export async function tellEmployee(expense: Expense, status: ExpenseStatus): Promise<void> {
  console.log(`${expense.employee}: your expense ${expense.id} is ${status}`);
}
