import { checkRule, temporal } from '../rule-tester.js';

checkRule('no-import-effect', {
  valid: ['const limit = 3;\n'.concat(temporal('  return limit;'))],
  invalid: ["process.on('exit', () => undefined); // !\n".concat(temporal('  return 1;'))],
});
