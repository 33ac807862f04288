import { checkRule, temporal } from '../rule-tester.js';

checkRule('no-mutating-query', {
  valid: [
    temporal(
      "  let n = 0;\n  setHandler(defineQuery('state'), () => n);\n  n = 1;",
      'sleep, setHandler, defineQuery',
    ),
  ],
  invalid: [
    temporal(
      "  let n = 0;\n  setHandler(defineQuery('state'), () => {\n    n += 1; // !\n    return n;\n  });",
      'sleep, setHandler, defineQuery',
    ),
  ],
});
