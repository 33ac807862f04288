import { checkRule, restate } from '../rule-tester.js';

checkRule('no-stack-observation', {
  valid: [restate("      throw new Error('no');")],
  invalid: [restate("      return new Error('where').stack; // !")],
});
