import { checkRule, temporal } from '../rule-tester.js';

checkRule('no-replay-introspection', {
  valid: [temporal("  if (!workflowInfo().unsafe.isReplaying) console.log('live');", 'sleep, workflowInfo')],
  invalid: [
    temporal('  if (!workflowInfo().unsafe.isReplaying) await sleep(5); // !', 'sleep, workflowInfo'),
  ],
});
