import { checkRule, inngest, restate } from '../rule-tester.js';

checkRule('no-module-state', {
  valid: [
    restate('      const seen = new Set();\n      seen.add(1);\n      return seen.size;'),
    restate('      return rates.eur;').concat('const rates = Object.freeze({ eur: 1 });\n'),
    'let count = 0;\nexport const next = () => ++count;',
  ],
  invalid: [
    'let count = 0;\n'.concat(restate('      count += 1; // !\n      return count;')),
    'const seen = new Set();\n'.concat(inngest('  seen.add(event.id); // !\n  return seen.size;')),
    'class Registry { static last = 0; }\n'.concat(
      restate('      Registry.last = 1; // !\n      return Registry.last;'),
    ),
  ],
});
