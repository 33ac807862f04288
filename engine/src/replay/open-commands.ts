import type { Activation, ActivationJob, WorkflowCommand } from '../core/activation.js';

/** What the code has asked for and not yet heard of, in the order of asking. */
export type OpenCommands = Map<string, WorkflowCommand>;

const openKinds: Readonly<Record<string, string>> = {
  startTimer: 'timer',
  scheduleActivity: 'activity',
  scheduleLocalActivity: 'activity',
  startChildWorkflowExecution: 'child',
  signalExternalWorkflowExecution: 'signal',
  requestCancelExternalWorkflowExecution: 'cancel',
};

const closingJobs: Readonly<Record<string, string>> = {
  fireTimer: 'timer',
  resolveActivity: 'activity',
  resolveChildWorkflowExecution: 'child',
  resolveSignalExternalWorkflow: 'signal',
  resolveRequestCancelExternalWorkflow: 'cancel',
};

export function noteAsked(open: OpenCommands, commands: readonly WorkflowCommand[]): void {
  for (const command of commands) {
    const kind = openKinds[command.type];
    if (kind && 'seq' in command) open.set(`${kind} ${command.seq}`, command);
    if (command.type === 'cancelTimer') open.delete(`timer ${command.seq}`);
  }
}

export function noteTold(open: OpenCommands, { jobs }: Activation): void {
  for (const job of jobs) noteJob(open, job);
}

function noteJob(open: OpenCommands, job: ActivationJob): void {
  const kind = closingJobs[job.type];
  if (kind && 'seq' in job) open.delete(`${kind} ${job.seq}`);
  if (job.type === 'resolveChildWorkflowExecutionStart' && job.result.status !== 'succeeded') {
    open.delete(`child ${job.seq}`);
  }
}
