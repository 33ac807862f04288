import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..', '..', '..'),
    include: ['docs/examples/*/test/**/*.test.ts'],
    exclude: ['**/replay.test.ts'],
    setupFiles: [join(import.meta.dirname, 'measure-tests.ts')],
    fileParallelism: false,
    testTimeout: 30_000,
    server: { deps: { external: [/\/dist\//] } },
  },
});
