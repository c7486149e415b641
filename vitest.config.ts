import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/build.ts'],
    setupFiles: ['tests/no-warnings.ts'],
    pool: 'forks',
    maxWorkers: Math.max(3, availableParallelism()), // many tests wait for a disk, a process or a clock
    isolate: false, // no file leaves anything behind in its process, and a third of the time is saved
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
