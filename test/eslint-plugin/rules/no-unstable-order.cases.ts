import { aws, checkRule, restate, temporal } from '../rule-tester.js';

checkRule('no-unstable-order', {
  valid: [
    restate('      return restate.RestatePromise.race([ctx.sleep(1), ctx.sleep(2)]);'),
    temporal('  return Promise.race([sleep(1), sleep(2)]);'),
  ],
  invalid: [
    {
      code: restate('      return Promise.race([ctx.sleep(1), ctx.sleep(2)]); // !'),
      suggestions: [restate('      return restate.RestatePromise.race([ctx.sleep(1), ctx.sleep(2)]); // !')],
    },
    {
      code: aws("  return Promise.any([context.wait('a', 1), context.step('b', async () => 1)]); // !"),
      suggestions: [
        aws("  return context.promise.any([context.wait('a', 1), context.step('b', async () => 1)]); // !"),
      ],
    },
  ],
});
