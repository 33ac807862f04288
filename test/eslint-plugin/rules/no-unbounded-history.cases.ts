import { checkRule, temporal } from '../rule-tester.js';

checkRule('no-unbounded-history', {
  valid: [
    temporal('  for (let n = 0; n < 10; n++) await sleep(5);'),
    temporal(
      '  for (;;) {\n    await sleep(5);\n    if (workflowInfo().continueAsNewSuggested) await continueAsNew(input);\n  }',
      'sleep, workflowInfo, continueAsNew',
    ),
  ],
  invalid: [temporal('  while (true) { // !\n    await sleep(5);\n  }')],
});
