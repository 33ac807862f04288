import { inngest } from './client.js';
import { cartOf, sendMail } from './shop.js';

interface CartEvent {
  cartId: string;
  email: string;
}

/** Reminds of a cart that was left for a day, and once more after three, unless the order comes first. */
export const abandonedCart = inngest.createFunction(
  { id: 'abandoned-cart', triggers: [{ event: 'shop/cart.updated' }] },
  async ({ event, step }) => {
    const { cartId, email } = event.data as CartEvent;
    for (const wait of ['1d', '3d']) {
      const order = await step.waitForEvent(`order within ${wait}`, {
        event: 'shop/order.placed',
        timeout: wait,
        match: 'data.cartId',
      });
      if (order) return { reminded: false };
      const cart = await step.run(`load cart after ${wait}`, () => cartOf(cartId));
      if (cart.items.length === 0) return { reminded: false };
      await step.run(`remind after ${wait}`, () => sendMail(email, `You left ${cart.items.join(', ')}`));
    }
    return { reminded: true };
  },
);
