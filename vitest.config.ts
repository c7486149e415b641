import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/build.ts'],
    setupFiles: ['tests/no-warnings.ts'],
    pool: 'forks',
    isolate: false, // no file leaves anything behind in its process, and a third of the time is saved
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
