import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import { cfnLint } from '../../support/infra/cfn-lint.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { missingPython, runPython } from '../../support/machine/python.ts'
import workflowRole from '../../../infra/policies/workflow-role.json' with { type: 'json' }

const root = join(import.meta.dirname, '../../..')

/** A step of a job: a command, or an action of others. */
interface Step {
  readonly run?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

/** What this reads of a workflow (GitHub, "Workflow syntax"). */
interface Workflow {
  readonly permissions: object
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly environment?: string
        readonly permissions: object
        readonly env?: Readonly<Record<string, string>>
        readonly 'timeout-minutes': number
        readonly steps?: readonly Step[]
      }
    >
  >
}

/** Parses a workflow with a parser of YAML that others wrote. */
function workflow(name: string): Workflow {
  const program = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str))'
  return JSON.parse(runPython(['-c', program, join(root, '.github/workflows', name)], 30)) as Workflow
}

test.skipIf(missingPython !== undefined).each([
  ['deploy', '${{ inputs.environment }}'],
  ['teardown', '${{ inputs.environment }}-teardown'],
])('the workflow "%s" acts as its role, for no longer than its session', (name, environment) => {
  const { permissions, jobs } = workflow(`${name}.yml`)
  const job = jobs[name]
  const session = job?.steps?.find(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'))?.with
  expect(permissions).toEqual({ contents: 'read' })
  expect(job?.permissions).toEqual({ contents: 'read', 'id-token': 'write' })
  // The subject of a token names the environment only of a job that has one.
  expect(job?.environment).toBe(environment)
  const seconds = workflowRole.Resources.Role.Properties.MaxSessionDuration
  expect(session).toMatchObject({ 'role-to-assume': '${{ vars.AWS_ROLE_ARN }}', 'role-duration-seconds': seconds })
  expect(job?.['timeout-minutes']).toBe(seconds / 60)
})

test.skipIf(missingPython !== undefined)('no command of a workflow contains text that someone can type', () => {
  for (const name of readdirSync(join(root, '.github/workflows'))) {
    const commands = Object.values(workflow(name).jobs).flatMap(({ steps = [] }) => steps.map(({ run = '' }) => run))
    expect(
      commands.filter(command => command.includes('${{')),
      name,
    ).toEqual([])
  }
  const [last] = workflow('deploy.yml').jobs['deploy']?.steps?.slice(-1) ?? []
  expect(last).toMatchObject({ run: 'npm run -s deploy -- "$DEPLOYMENT" --yes' })
})

test.skipIf(missingPython !== undefined)('the workflow "teardown" ends with whether anything billed is left', () => {
  const { steps = [], env } = workflow('teardown.yml').jobs['teardown'] ?? {}
  const [deletes, verifies] = steps.slice(-2).map(({ run }) => run ?? '')
  expect(env).toEqual({ DEPLOYMENT: '${{ inputs.environment }}', NAME: '${{ inputs.name }}' })
  expect(verifies).toBe('npm run -s once -- teardown "$DEPLOYMENT" --verify')
  const endsWith = (code: number) => {
    const npm = `npm() { echo "$*"; return ${code}; }`
    const shell = spawnSync('bash', ['-e', '-c', `${npm}\n${deletes}`], {
      env: { ...process.env, DEPLOYMENT: 'staging', NAME: 'once' },
      encoding: 'utf8',
    })
    expect(shell.stdout).toBe('run -s destroy -- staging --yes once --minutes 100\n')
    return shell.status
  }
  expect([0, 1, 2, 3].map(endsWith)).toEqual([0, 0, 1, 1])
})

test.skipIf(missingPython !== undefined).each(['deploy-role', 'teardown-role', 'operator'])(
  'cfn-lint finds nothing in the template of once policy %s',
  async kind => {
    const folder = mkdtempSync(join(tmpdir(), 'once-role-'))
    try {
      const aws = { account: async () => '111122223333' } as unknown as DeploymentPorts['aws']
      const { said } = await onceHere(['policy', kind], { aws })
      writeFileSync(join(folder, 'role.json'), said)
      const findings = await cfnLint(folder)
      // I3042 wants a variable for the partition, but Lambda@Edge is in the partition aws only. I4010 wants notes for programs.
      expect(findings.filter(({ rule }) => !/^I(3042|4010)$/.test(rule))).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
