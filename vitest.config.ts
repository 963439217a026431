import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The suites that take minutes, longest first: begun last, they would run alone at the end. */
const long = [
  'test/race/',
  'test/faults/',
  'test/simulation/',
  'test/model/',
  'test/keys/rotation',
  'test/cli/',
  'test/infra/',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = long.findIndex(folder => moduleId.includes(folder))
      return index < 0 ? long.length : index
    }
    return files.toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/dynamodb-local.ts', 'test/support/missing-tools.ts'],
    // The long suites count races and bytes, not seconds; a machine with two slow cores must get through.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    silent: 'passed-only',
    sequence: { sequencer: LongestFirst },
  },
})
