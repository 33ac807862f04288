import { checkRule, temporal } from '../rule-tester.js';

checkRule('require-literal-patch-id', {
  valid: [
    temporal("  if (patched('new-fee')) await sleep(5);", 'sleep, patched'),
    // Whether it is a constant, another file tells.
    `import { PATCHES } from './patches';\n${temporal('  if (patched(PATCHES.fee)) await sleep(5);', 'sleep, patched')}`,
  ],
  invalid: [
    temporal('  if (patched(`fee-${input.id}`)) await sleep(5); // !', 'sleep, patched'),
    `import { patchFor } from './patches';\n${temporal('  if (patched(patchFor(input.id))) await sleep(5); // !', 'sleep, patched')}`,
  ],
});
