import { checkRule, restate } from '../rule-tester.js';

checkRule('no-gc-observation', {
  valid: [restate('      return new WeakMap();')],
  invalid: [
    restate('      return new WeakRef(ctx).deref(); // !'),
    restate('      return new FinalizationRegistry(() => undefined); // !'),
  ],
});
