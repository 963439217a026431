import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/dynamodb-local.ts'],
    // The long suites count races and bytes, not seconds; a machine with two slow cores must get through.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    silent: 'passed-only',
  },
})
