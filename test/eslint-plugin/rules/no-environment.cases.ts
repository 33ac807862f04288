import { checkRule, inngest, restate, temporal } from '../rule-tester.js';

checkRule('no-environment', {
  valid: [
    restate("      return ctx.run('region', () => process.env.REGION);"),
    temporal('  const process = { env: { A: input.id } };\n  return process.env.A;'),
    'export const region = process.env.REGION;',
  ],
  invalid: [
    restate('      return process.env.REGION; // !'),
    inngest('  if (process.env.FAST) await step.sleep("a", 1); // !'),
    restate('      const { env } = process;\n      return env.REGION; // !'),
  ],
});
