import { ApplicationFailure } from '@temporalio/activity';

export async function withdraw(account: string, amount: number, reference: string): Promise<string> {
  if (amount <= 0) throw ApplicationFailure.nonRetryable(`not an amount: ${amount}`, 'InvalidAmount');
  return `w-${account}-${reference}`;
}

export async function deposit(account: string, _amount: number, reference: string): Promise<string> {
  return `d-${account}-${reference}`;
}

export async function refund(account: string, _amount: number, reference: string): Promise<string> {
  return `r-${account}-${reference}`;
}
