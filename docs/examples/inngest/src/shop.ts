// Called from steps alone: their results are recorded, so they may do anything.

export async function cartOf(cartId: string): Promise<{ items: string[] }> {
  const response = await fetch(`https://shop.example.com/carts/${cartId}`);
  return (await response.json()) as { items: string[] };
}

export async function sendMail(email: string, text: string): Promise<void> {
  console.log(`${new Date().toISOString()} mail to ${email}: ${text}`);
}
