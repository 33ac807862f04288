import { condition, defineQuery, defineUpdate, proxyActivities, setHandler } from '@refrain/engine/workflow';
import type * as activities from './activities.js';
import {
  approversOf,
  type Decision,
  type Expense,
  type ExpenseResult,
  type ExpenseStatus,
} from './expense.js';

const { askForApproval, remindApprover, payOut, tellEmployee } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
});

/** An update, not a signal: whoever decides learns at once whether the decision counts. */
export const decide = defineUpdate<ExpenseStatus, [Decision]>('decide');
export const status = defineQuery<ExpenseStatus>('status');

/** Asks everybody who has to agree, one after the other; each has seven days, and is reminded after three. */
export async function expenseWorkflow(expense: Expense): Promise<ExpenseResult> {
  let current: ExpenseStatus = 'waiting';
  let asked = '';
  let decision: Decision | undefined;
  const decisions: Decision[] = [];

  setHandler(status, () => current);
  setHandler(
    decide,
    (given) => {
      decision = given;
      return current;
    },
    {
      // A refused update leaves no trace in the history.
      validator: ({ by }) => {
        if (by !== asked) throw new Error(`${by} is not asked, ${asked || 'nobody'} is`);
        if (decision) throw new Error(`${by} has decided already`);
      },
    },
  );

  for (const approver of approversOf(expense)) {
    asked = approver;
    decision = undefined;
    await askForApproval(expense, approver);
    const isDecided = () => decision !== undefined;
    if (!(await condition(isDecided, '3 days'))) {
      await remindApprover(expense, approver);
      await condition(isDecided, '4 days');
    }
    const answer = decision as Decision | undefined;
    if (answer) decisions.push(answer);
    if (!answer?.approved) {
      current = answer ? 'rejected' : 'expired';
      break;
    }
  }

  asked = '';
  if (current === 'waiting') {
    await payOut(expense);
    current = 'approved';
  }
  await tellEmployee(expense, current);
  return { status: current, decisions };
}
