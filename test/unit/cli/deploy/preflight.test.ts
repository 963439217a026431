import { describe, expect, test } from 'vitest'
import type { DeployedState } from '../../../../cli/deployment/deploy/deployed.ts'
import { covers, preflight } from '../../../../cli/deployment/deploy/preflight.ts'
import type { Bootstrap } from '../../../../cli/ports/aws-deploy.ts'
import type { Aws } from '../../../../cli/ports/ports.ts'
import { parseSettings } from '../../../../construct/parse-settings.ts'

describe('the certificate of a host', () => {
  test.each([
    ['files.example.com', 'files.example.com', true],
    ['*.example.com', 'files.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'a.files.example.com', false],
    ['example.com', 'files.example.com', false],
  ])('%s covers %s: %s', (name, host, expected) => {
    expect(covers(name, host)).toBe(expected)
  })
})

const deployed: DeployedState = {
  account: '111122223333',
  settings: undefined,
  stacks: [],
  complete: new Set(),
  replicas: [],
  others: [],
}

/** Runs preflight in an account in which this is bootstrapped; every other call fails. */
function inAccount(bootstrap: Readonly<Record<string, Bootstrap>>) {
  const settings = parseSettings({ homeRegions: ['us-east-1', 'eu-south-2'] })
  const prerequisites = {
    bootstrap: async (region: string) => bootstrap[region],
    concurrency: async () => 1000,
    hasDistribution: async () => true,
  }
  const stacks = (['us-east-1', 'eu-south-2'] as const).map(region => ({
    name: `once-${region}`,
    region,
    template: '{}',
    bootstrap: 6,
  }))
  return preflight({ settings, deployed, stacks, aws: { prerequisites } as unknown as Aws })
}

describe('a Region with a stack', () => {
  test('that the account has not enabled is found, without asking it for more', async () => {
    const found = await inAccount({
      'us-east-1': { kind: 'version', version: 5 },
      'eu-south-2': { kind: 'disabled', why: 'the token is invalid' },
    })
    expect(found).toEqual([
      {
        severity: 'problem',
        found: "the account can't use eu-south-2: the token is invalid",
        todo: 'aws account enable-region --region-name eu-south-2, or use other Regions',
      },
      {
        severity: 'problem',
        found: 'not bootstrapped, or by an old version of the CDK: us-east-1',
        todo: 'npx cdk bootstrap aws://111122223333/us-east-1',
      },
    ])
  })
})
