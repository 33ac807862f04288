import { checkRule, temporal } from '../rule-tester.js';

checkRule('require-literal-patch-id', {
  valid: [temporal("  if (patched('new-fee')) await sleep(5);", 'sleep, patched')],
  invalid: [temporal('  if (patched(`fee-${input.id}`)) await sleep(5); // !', 'sleep, patched')],
});
