import { checkRule, refrain, restate, temporal } from '../rule-tester.js';

checkRule('no-forbidden-module', {
  valid: [
    "import type { Stats } from 'node:fs';\n".concat(temporal('  return input as unknown as Stats;')),
    "import { readFileSync } from 'node:fs';\n".concat(
      restate("      return ctx.run('a', () => readFileSync('a', 'utf8'));"),
    ),
    "import { readFileSync } from 'node:fs';\nexport const read = () => readFileSync('a');",
  ],
  invalid: [
    "import { readFileSync } from 'node:fs'; // !\n".concat(temporal("  return readFileSync('a', 'utf8');")),
    "import fs from 'fs'; // !\n".concat(refrain("  return fs.readFileSync('a', 'utf8');")),
  ],
});
