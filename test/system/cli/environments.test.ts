import { describe, expect, test, vi } from 'vitest'
import { once, preparedAccount } from '../../proof/deployment/operator.ts'

vi.mock('../../../infra/deployment.ts', () => ({
  deployment: { homeRegions: ['us-east-1'] },
  environments: {
    staging: { homeRegions: ['us-east-1'], name: 'once-st', account: '111122223333' },
    prod: { homeRegions: ['us-east-1'], name: 'once-live', account: '999999999999' },
  },
}))

const commands = {
  deploy: ['deploy', 'ENVIRONMENT', '--yes'],
  doctor: ['doctor', 'ENVIRONMENT'],
  prove: ['prove', 'ENVIRONMENT', '--clean'],
  restore: ['restore', 'ENVIRONMENT', '--yes', 'once-live'],
  teardown: ['teardown', 'ENVIRONMENT', '--yes', 'once-live'],
  list: ['list', '-c', 'environment=ENVIRONMENT'],
} as const
const all = Object.entries(commands)

async function run(args: readonly string[], environment: string) {
  const account = preparedAccount('us-east-1')
  account.requests.length = 0
  const outcome = await once(
    account,
    args.map(arg => arg.replace('ENVIRONMENT', environment)),
  )
  return { ...outcome, requests: account.requests }
}

describe('environments of infra/deployment.ts', () => {
  test.each(all)('once %s with credentials of another account does nothing but ask whose they are', async (_, args) => {
    const { code, noted, requests } = await run(args, 'prod')
    expect(noted).toContain(
      'account: got 111122223333, that of the credentials, allowed: 999999999999, which the settings name',
    )
    expect([code, requests]).toEqual([2, ['sts GetCallerIdentity us-east-1']])
  })

  test.each(all)('once %s refuses an unknown environment before it asks AWS', async (_, args) => {
    const { code, noted, requests } = await run(args, 'live')
    expect(noted).toContain('environment: got "live", allowed: staging, prod')
    expect([code, requests]).toEqual([2, []])
  })

  test.each(['deploy', 'doctor', 'list'])('once %s without an environment is refused', async command => {
    const { code, noted, requests } = await run([command], '')
    expect(noted).toContain('environment: got nothing, allowed: staging, prod')
    expect([code, requests]).toEqual([2, []])
  })

  test('two names are refused, and one that is given twice', async () => {
    expect((await run(['doctor', 'staging', 'prod'], '')).noted).toContain('got "prod", allowed: the name of one')
    const twice = await run(['doctor', 'staging', '-c', 'environment=prod'], '')
    expect(twice.noted).toContain('-c: got an environment, allowed: without it, beside "staging"')
  })

  test('once deploy staging plans and deploys its own stacks, and once teardown staging names them', async () => {
    const account = preparedAccount('us-east-1')
    const planned = await once(account, ['deploy', 'staging'])
    expect(planned.said, planned.noted).toContain('once-st-us-east-1')
    expect(planned.said).toContain('nothing was changed; to deploy this: once deploy staging --yes')
    const { said } = await once(account, ['teardown', '--plan', 'staging'])
    expect(said).toContain('nothing is left of once-st in account 111122223333')
  })
})
