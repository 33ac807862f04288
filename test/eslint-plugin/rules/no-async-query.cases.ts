import { checkRule, temporal } from '../rule-tester.js';

checkRule('no-async-query', {
  valid: [
    temporal("  setHandler(defineQuery('state'), () => input.id);", 'sleep, setHandler, defineQuery'),
    temporal(
      "  setHandler(defineSignal('go'), async () => { await sleep(1); });",
      'sleep, setHandler, defineSignal',
    ),
  ],
  invalid: [
    {
      code: temporal(
        "  setHandler(defineQuery('state'), async () => input.id); // !",
        'sleep, setHandler, defineQuery',
      ),
      suggestions: [
        temporal(
          "  setHandler(defineQuery('state'), () => input.id); // !",
          'sleep, setHandler, defineQuery',
        ),
      ],
    },
  ],
});
