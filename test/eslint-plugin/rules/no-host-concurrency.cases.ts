import { checkRule, refrain, restate } from '../rule-tester.js';

checkRule('no-host-concurrency', {
  valid: [
    restate("      return ctx.run('count', () => Atomics.add(new Int32Array(1), 0, 1));"),
    restate('      return Promise.resolve(1);'),
  ],
  invalid: [
    restate('      return new SharedArrayBuffer(8); // !'),
    refrain('  return new SharedArrayBuffer(8); // !'),
  ],
});
