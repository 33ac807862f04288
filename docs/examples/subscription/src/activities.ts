/** The key makes a repeated attempt the same payment: a period is paid once, whatever happens. */
export async function charge(customer: string, price: number, idempotencyKey: string): Promise<void> {
  console.log(`charged ${price / 100} to ${customer} (${idempotencyKey})`);
}

export async function sendMail(
  customer: string,
  template: 'welcome' | 'payment failed' | 'goodbye',
): Promise<void> {
  console.log(`mail to ${customer}: ${template}`);
}
