import { checkRule, restate, temporal } from '../rule-tester.js';

checkRule('no-dynamic-code', {
  valid: [
    restate("      return JSON.parse('1');"),
    restate("      return ctx.run('calc', () => eval('1 + 1'));"),
  ],
  invalid: [
    restate("      return eval('1 + 1'); // !"),
    restate("      return new Function('return 1')(); // !"),
    temporal("  return new Function('return 1'); // !"),
  ],
});
