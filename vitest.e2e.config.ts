import { defineConfig } from 'vitest/config';

/** People's stories in real Chromium against real processes; one file at a time on two cores. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['tests/e2e/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    bail: 1,
    expect: { poll: { timeout: 30_000, interval: 200 } },
  },
});
