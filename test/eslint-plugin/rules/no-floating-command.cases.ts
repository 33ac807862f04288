import { checkRule, restate, temporal } from '../rule-tester.js';

checkRule('no-floating-command', {
  valid: [
    temporal('  const timer = sleep(5);\n  await timer;'),
    temporal('  await Promise.all([sleep(5), sleep(6)]);'),
    temporal('  return sleep(5);'),
    'export async function plain() { setTimeout(() => 1, 5); }',
  ],
  invalid: [
    {
      code: temporal('  sleep(5); // !'),
      output: temporal('  await sleep(5); // !'),
    },
    {
      code: restate("      ctx.run('charge', () => 1); // !"),
      output: restate("      await ctx.run('charge', () => 1); // !"),
    },
    temporal('  [1, 2].forEach((ms) => { sleep(ms); }); // !'),
  ],
});
