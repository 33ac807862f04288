import { checkRule, cloudflare, inngest } from '../rule-tester.js';

checkRule('no-unstable-identity', {
  valid: [
    inngest("  await step.run('charge', () => 1);"),
    inngest('  for (const item of event.data.items) await step.run(`charge-${item}`, () => 1);'),
  ],
  invalid: [
    inngest('  await step.run(`charge-${Math.random()}`, () => 1); // !'),
    cloudflare('    const id = crypto.randomUUID();\n    await step.do(id, async () => 1); // !'),
  ],
});
