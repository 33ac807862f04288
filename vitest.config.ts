import { defineConfig } from 'vitest/config';

// Tests run against the built packages (`dist/`), the same files that are published.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'docs/examples/*/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/fixtures/**'],
    testTimeout: 30_000,
    server: { deps: { external: [/\/dist\//] } },
  },
});
