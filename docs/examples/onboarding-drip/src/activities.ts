/** Mail services take an idempotency key; with it a retried attempt does not send twice. */
export async function sendMail(email: string, template: string, idempotencyKey: string): Promise<void> {
  console.log(`mail to ${email}: ${template} (${idempotencyKey})`);
}

export async function startTrial(userId: string): Promise<void> {
  console.log(`trial of ${userId} began`);
}

export async function endTrial(userId: string): Promise<void> {
  console.log(`trial of ${userId} ended`);
}
