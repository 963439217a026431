import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import { cfnLint } from '../../support/cfn-lint.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { missingPython, runPython } from '../../support/python.ts'
import deployRole from '../../../infra/policies/deploy-role.json' with { type: 'json' }

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

test.skipIf(missingPython !== undefined)('the workflow deploys as the role, for no longer than its session', () => {
  const { permissions, jobs } = workflow('deploy.yml')
  const job = jobs['deploy']
  const session = job?.steps?.find(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'))?.with
  expect(permissions).toEqual({ contents: 'read' })
  expect(job?.permissions).toEqual({ contents: 'read', 'id-token': 'write' })
  // The subject of a token names the environment only of a job that has one.
  expect(job?.environment).toBe('${{ inputs.environment }}')
  const seconds = deployRole.Resources.Role.Properties.MaxSessionDuration
  expect(session).toMatchObject({ 'role-to-assume': '${{ vars.AWS_ROLE_ARN }}', 'role-duration-seconds': seconds })
  expect(job?.['timeout-minutes']).toBe(seconds / 60)
})

test.skipIf(missingPython !== undefined)('no command of a workflow contains text that someone can type', () => {
  for (const name of ['ci.yml', 'deploy.yml', 'release.yml']) {
    const commands = Object.values(workflow(name).jobs).flatMap(({ steps = [] }) => steps.map(({ run = '' }) => run))
    expect(
      commands.filter(command => command.includes('${{')),
      name,
    ).toEqual([])
  }
  const [last] = workflow('deploy.yml').jobs['deploy']?.steps?.slice(-1) ?? []
  expect(last).toMatchObject({ run: 'npm run -s deploy -- "$DEPLOYMENT" --yes' })
})

test.skipIf(missingPython !== undefined)('cfn-lint finds nothing in the template of the deploy role', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'once-deploy-role-'))
  try {
    const aws = { account: async () => '111122223333' } as unknown as DeploymentPorts['aws']
    const { said } = await onceHere(['policy', 'deploy-role'], { aws })
    writeFileSync(join(folder, 'deploy-role.json'), said)
    const findings = await cfnLint(folder)
    // I3042 wants a variable for the partition, but Lambda@Edge is in the partition aws only. I4010 wants notes for programs.
    expect(findings.filter(({ rule }) => !/^I(3042|4010)$/.test(rule))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
