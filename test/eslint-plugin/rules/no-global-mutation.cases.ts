import { checkRule, restate, temporal } from '../rule-tester.js';

checkRule('no-global-mutation', {
  valid: [restate('      const own: Record<string, number> = {};\n      own.flag = 1;\n      return own;')],
  invalid: [
    restate('      (globalThis as any).flag = 1; // !'),
    restate('      Array.prototype.at = () => 1; // !'),
    temporal("  Object.defineProperty(Object.prototype, 'a', { value: 1 }); // !"),
  ],
});
