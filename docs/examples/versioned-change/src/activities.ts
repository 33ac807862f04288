export async function checkFraud(order: string): Promise<boolean> {
  return !order.startsWith('fraud');
}

export async function charge(order: string): Promise<void> {
  console.log(`charged ${order}`);
}

export async function ship(order: string): Promise<string> {
  return `track-${order}`;
}

export async function askForReview(order: string): Promise<void> {
  console.log(`how was ${order}?`);
}

export async function sendCoupon(order: string): Promise<void> {
  console.log(`a coupon for the customer of ${order}`);
}
