import { appendFile } from 'node:fs/promises';
import type { Order } from './order.js';

/**
 * Each activity appends a line to the file that ORDER_LOG names, so that one can see from outside what ran.
 * In a real shop these are calls of other services, with the order's id as their idempotency key.
 */
async function record(activity: string, orderId: string): Promise<void> {
  const file = process.env['ORDER_LOG'];
  if (file) await appendFile(file, `${activity} ${orderId}\n`);
  else console.log(`${activity} ${orderId}`);
}

export async function reserveInventory(orderId: string, _items: Order['items']): Promise<void> {
  await record('reserveInventory', orderId);
}

export async function releaseInventory(orderId: string): Promise<void> {
  await record('releaseInventory', orderId);
}

export async function chargePayment(orderId: string, _customer: string, _amount: number): Promise<void> {
  await record('chargePayment', orderId);
}

export async function refundPayment(orderId: string): Promise<void> {
  await record('refundPayment', orderId);
}

export async function shipOrder(orderId: string): Promise<string> {
  await record('shipOrder', orderId);
  return `track-${orderId}`;
}

export async function confirmOrder(orderId: string, _trackingId: string): Promise<void> {
  await record('confirmOrder', orderId);
}
