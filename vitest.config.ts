import { availableParallelism } from 'node:os'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The longest suites, longest first: started last, they would run alone at the end. */
const long = [
  '/proof/deployment/',
  '/model/',
  '/proof/keys/',
  '/simulation/',
  '/race/',
  '/proof/construct/',
  '/proof/api/',
  '/proof/infra/',
  '/proof/e2e/',
  '/faults/',
  '/attacks/',
  '/proof/gate/',
  '/property/',
  '/infra/',
  '/construct/',
  '/e2e/',
  '/contract/',
  '/cli/',
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

/** Makes the project of one folder below test/. CONTRIBUTING.md says what each may use. */
function project(name: string, options: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include: [`test/${name}/**/*.test.ts`], ...options } }
}

/** Suites of `system` that do little but synthesise. */
const synthesising = ['test/system/{construct,infra}/**/*.test.ts']

/** Start Amazon DynamoDB Local for all suites, and list the suites whose tool is missing. */
const globalSetup = ['test/support/table/dynamodb-local.ts', 'test/support/machine/missing-tools.ts']

export default defineConfig({
  test: {
    // The long suites count races and bytes, not seconds; they must pass on a machine with two slow cores.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Two more than cores: films, browsers and faults wait half of their time.
    maxWorkers: availableParallelism() + 2,
    silent: 'passed-only',
    // Node.js loads copies without a guard by itself, as it loads the product: in less time than Vite transforms them.
    server: { deps: { external: [/\/out\/broken\//] } },
    sequence: { sequencer: LongestFirst },
    projects: [
      // Unit tests share the modules they import: to import them again for each file takes as long as half of the tests. What a test
      // changes in a module or the environment, it puts back.
      project('unit', { isolate: false }),
      project('system', { globalSetup, exclude: synthesising }),
      // They share the CDK, and change nothing outside of a test: to load it for each file takes a quarter of their time.
      project('system-cdk', { include: synthesising, isolate: false }),
      project('proof', { globalSetup }),
    ],
  },
})
