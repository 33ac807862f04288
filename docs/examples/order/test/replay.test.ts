import { describeHistories } from '@refrain/test-env/vitest';

describeHistories(new URL('../histories/', import.meta.url), {
  workflowsPath: new URL('../src/workflows.ts', import.meta.url),
  strict: true,
});
