import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const proof = ['test/{race,faults,simulation,model}/**/*.test.ts', 'test/keys/rotation-machine.test.ts']
const system = [
  'test/{e2e,contract}/**/*.test.ts',
  'test/cli/{deployed-links,doctor,links,process,redeem,teardown}.test.ts',
  'test/infra/{code,guards,modes,permissions}.test.ts',
  'test/events/streams.test.ts',
  'test/client/package.test.ts',
  'test/emulator/strong.test.ts',
]

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

/** Starts what suites share: Amazon DynamoDB Local. Names the suites whose tool is missing. */
const globalSetup = ['test/support/dynamodb-local.ts', 'test/support/missing-tools.ts']

export default defineConfig({
  test: {
    // The long suites count races and bytes, not seconds; a machine with two slow cores must get through.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: availableParallelism(),
    silent: 'passed-only',
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...system, ...proof] } },
      { extends: true, test: { name: 'system', include: system, globalSetup } },
      { extends: true, test: { name: 'proof', include: proof, globalSetup } },
    ],
  },
})
