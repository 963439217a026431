import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { environments } from '../../../infra/deployment.ts'
import type { Environments } from '../../../infra/app/environments.ts'
import { once, preparedAccount } from '../../support/cli/fake-deployment.ts'

const settingsOfEnvironments: Environments = {
  staging: { homeRegions: ['us-east-1'], name: 'once-st', account: '111122223333' },
  prod: { homeRegions: ['us-east-1'], name: 'once-live', account: '999999999999' },
}

beforeAll(() => void Object.assign(environments, settingsOfEnvironments))
afterAll(() => {
  for (const name of Object.keys(settingsOfEnvironments)) Reflect.deleteProperty(environments, name)
})

const commands = Object.entries({
  deploy: ['deploy', 'ENVIRONMENT', '--yes'],
  doctor: ['doctor', 'ENVIRONMENT'],
  prove: ['prove', 'ENVIRONMENT', '--clean'],
  restore: ['restore', 'ENVIRONMENT', '--yes', 'once-live'],
  teardown: ['teardown', 'ENVIRONMENT', '--yes', 'once-live'],
  list: ['list', '-c', 'environment=ENVIRONMENT'],
} as const)

async function run(args: readonly string[], environment: string) {
  const account = preparedAccount('us-east-1')
  const outcome = await once(
    account,
    args.map(arg => arg.replace('ENVIRONMENT', environment)),
  )
  return { ...outcome, calls: account.calls }
}

describe('environments of infra/deployment.ts', () => {
  test.each(commands)(
    'once %s with credentials of another account does nothing but ask whose they are',
    async (_, args) => {
      const { code, noted, calls } = await run(args, 'prod')
      expect(noted).toContain(
        'account: got 111122223333, that of the credentials, allowed: 999999999999, which the settings name',
      )
      expect([code, calls]).toEqual([2, ['account']])
    },
  )

  test.each(commands)('once %s refuses an unknown environment before it asks AWS', async (_, args) => {
    const { code, noted, calls } = await run(args, 'live')
    expect(noted).toContain('environment: got "live", allowed: staging, prod')
    expect([code, calls]).toEqual([2, []])
  })

  test.each(['deploy', 'doctor', 'list'])('once %s without an environment is refused', async command => {
    const { code, noted, calls } = await run([command], '')
    expect(noted).toContain('environment: got nothing, allowed: staging, prod')
    expect([code, calls]).toEqual([2, []])
  })

  test('two names are refused, and one that is given twice', async () => {
    expect((await run(['doctor', 'staging', 'prod'], '')).noted).toContain('got "prod", allowed: the name of one')
    const twice = await run(['doctor', 'staging', '-c', 'environment=prod'], '')
    expect(twice.noted).toContain('-c: got an environment, allowed: without it, beside "staging"')
  })

  test('once deploy staging plans its own stacks, and once teardown staging names them', async () => {
    const account = preparedAccount('us-east-1')
    const planned = await once(account, ['deploy', 'staging'])
    expect(planned.said, planned.noted).toContain('once-st-us-east-1')
    expect(planned.said).toContain('nothing was changed; to deploy this: once deploy staging --yes')
    const { said } = await once(account, ['teardown', '--preview', 'staging'])
    expect(said).toContain('nothing is left of once-st in account 111122223333')
  })
})
