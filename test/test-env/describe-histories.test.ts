import { describeHistories } from '@refrain/test-env/vitest';

// Each file below is a test; a failing one fails this suite.
describeHistories(
  [
    new URL('../histories/temporal/greet.json', import.meta.url),
    new URL('../histories/temporal/patchedFlow.json', import.meta.url),
    new URL('../histories/temporal/fanOut.json.gz', import.meta.url),
  ],
  { workflowsPath: new URL('../fixtures/temporal/programs/index.ts', import.meta.url), strict: true },
);
