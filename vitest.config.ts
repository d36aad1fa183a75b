import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    exclude: ['tests/e2e/**', 'tests/bench/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What real processes do on a busy machine is waited for, never slept for.
    expect: { poll: { timeout: 20_000 } },
  },
});
