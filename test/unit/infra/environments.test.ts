import { describe, expect, test } from 'vitest'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { withOverrides } from '../../../infra/app/context.ts'
import type { Environments } from '../../../infra/app/environments.ts'
import { standard, starter } from '../../../infra/app/profiles.ts'

const environments = {
  dev: { ...starter, name: 'once-dev', account: '111122223333' },
  staging: { ...standard, account: '111122223333' },
  prod: { ...standard, account: '444455556666' },
} as const satisfies Environments

const deployment = { homeRegions: ['eu-west-1'], name: 'alone' }

function settings(context: Readonly<Record<string, string>>, all: Environments = environments) {
  return parseSettings(withOverrides(deployment, name => context[name], all))
}

describe('environments', () => {
  test('each has its own settings, and none of the deployment beside them', () => {
    expect(settings({ environment: 'dev' })).toMatchObject({ ...environments.dev, homeRegions: ['us-east-1'] })
    expect(settings({ environment: 'prod' })).toMatchObject({ ...environments.prod, name: 'once' })
  })

  test('without any, the deployment is what it was', () => {
    expect(settings({}, {})).toMatchObject(deployment)
    expect(settings({ environment: '' }, {})).toMatchObject(deployment)
  })

  test('the command line overrides their settings, with a profile too, but never their account', () => {
    expect(settings({ environment: 'staging', rotationDays: '7' })).toMatchObject({ rotationDays: 7 })
    const small = settings({ environment: 'dev', profile: 'standard' })
    expect(small).toMatchObject({ ...standard, name: 'once-dev', account: '111122223333' })
    for (const account of ['444455556666', '']) {
      expect(() => settings({ environment: 'dev', account })).toThrow(
        `account: got "${account}", allowed: 111122223333, that of the environment`,
      )
    }
    expect(settings({ environment: 'dev', account: '111122223333' }).account).toBe('111122223333')
  })

  test('a name that is missing or unknown is refused with the names that exist', () => {
    expect(() => settings({})).toThrow('environment: got nothing, allowed: dev, staging, prod')
    expect(() => settings({ environment: '' })).toThrow('environment: got nothing, allowed: dev, staging, prod')
    expect(() => settings({ environment: 'live' })).toThrow('environment: got "live", allowed: dev, staging, prod')
    expect(() => settings({ environment: 'toString' })).toThrow('allowed: dev, staging, prod')
    expect(() => settings({ environment: 'dev' }, {})).toThrow(
      'environment: got "dev", allowed: none, because infra/deployment.ts has no environments',
    )
  })

  test('one without an account is refused, also while another is chosen', () => {
    const without = { ...environments, test: starter } as unknown as Environments
    expect(() => settings({ environment: 'prod' }, without)).toThrow(
      'environments.test.account: got undefined, allowed: the 12 digits of an account',
    )
  })

  test('two that would be one deployment are refused', () => {
    const same = { ...environments, live: { ...starter, account: environments.prod.account } }
    expect(() => settings({ environment: 'prod' }, same)).toThrow(
      'environments.live: got once in account 444455556666, allowed: another name or another account: environments.prod is this deployment',
    )
  })
})
