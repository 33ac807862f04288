import { checkRule, temporal } from '../rule-tester.js';

const call = (type: string): string =>
  temporal(
    `  await proxyActivities<${type}>({ startToCloseTimeout: '1m' }).charge();`,
    'sleep, proxyActivities',
  );

checkRule('no-activity-value-import', {
  valid: [
    `import type * as activities from './activities.js';\n${call('typeof activities')}`,
    `import { type Charge } from './activities.js';\n${call('Charge')}`,
    // TypeScript elides an import that is used as a type only.
    `import * as activities from './activities.js';\n${call('typeof activities')}`,
    `import { charge } from './activities.js';\nexport const run = () => charge();`,
    `import { charge } from './billing.js';\n${temporal('  await charge();')}`,
    `import { MAX_ITEMS } from './activities/limits';\n${temporal('  await sleep(MAX_ITEMS);')}`,
  ],
  invalid: [
    `import { charge } from './activities.js'; // !\n${temporal('  await charge();')}`,
    `import * as activities from '../activities/billing'; // !\n${temporal('  await activities.charge();')}`,
    `import './activities.js'; // !\n${temporal('  await sleep(2);')}`,
    {
      filename: 'src/workflows.js',
      code: `import { charge } from './activities.js'; // !\nimport { sleep } from '@temporalio/workflow';\nexport async function order() { await sleep(1); await charge(); }`,
    },
  ],
});
