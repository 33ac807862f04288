import { expect } from 'vitest';
import { workflowMatchers, type WorkflowMatchers } from './matchers.js';
import { setTestRunner } from '../host/test-runner.js';
import { vitestRunner } from './runner.js';
import { historySerializer } from './serializer.js';

export { describeHistories, type DescribeHistoriesOptions } from './histories.js';
export { workflowMatchers, type WorkflowMatchers } from './matchers.js';
export { historySerializer } from './serializer.js';

/** Importing this module is enough: `import '@refrain/test-env/vitest'`, in a test or in `setupFiles`. */
expect.extend(workflowMatchers);
expect.addSnapshotSerializer(historySerializer);
setTestRunner(vitestRunner);

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars -- how vitest declares it
  interface Matchers<T = any> extends WorkflowMatchers {}
}
