import { checkRule, dbos, restate, temporal } from '../rule-tester.js';

checkRule('no-native-timer', {
  valid: [
    temporal('  await new Promise((resolve) => setTimeout(resolve, 1000));'),
    restate('      await ctx.sleep(1000);'),
    restate("      await ctx.run('wait', () => new Promise((resolve) => setTimeout(resolve, 10)));"),
  ],
  invalid: [
    {
      code: restate('      await new Promise((resolve) => setTimeout(resolve, 1000)); // !'),
      suggestions: [restate('      await ctx.sleep(1000); // !')],
    },
    {
      code: dbos('  await new Promise<void>((done) => { setTimeout(() => done(), 5 * 60_000); }); // !'),
      suggestions: [dbos('  await DBOS.sleep(5 * 60_000); // !')],
    },
    restate('      setTimeout(() => ctx.console.log(1), 1000); // !'),
  ],
});
