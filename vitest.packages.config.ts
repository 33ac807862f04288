import { defineConfig } from 'vitest/config';

// `npm run test:packages`: the packed packages in fresh projects. It installs from npm, so it is not part of `npm test`.
export default defineConfig({
  test: { include: ['test/packages/**/*.test.ts'], testTimeout: 150_000, hookTimeout: 180_000 },
});
