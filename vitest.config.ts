import { defineConfig } from 'vitest/config';

// Tests run against the built packages (`dist/`), the same files that are published.
export default defineConfig({
  test: {
    testTimeout: 30_000,
    // Many tests wait for processes and clocks: with a worker less than there are processors, as Vitest would have it, two
    // processors take 381 s for what takes 239 s.
    maxWorkers: '100%',
    setupFiles: ['test/properties/seed.ts'],
    server: { deps: { external: [/\/dist\//] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'refrain',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/fixtures/**', 'test/packages/**'],
        },
      },
      {
        // The examples are well-behaved: they share their processes, and with them the loaded packages and bundles.
        extends: true,
        test: { name: 'examples', include: ['docs/examples/*/test/**/*.test.ts'], isolate: false },
      },
    ],
  },
});
