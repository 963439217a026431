import { describe, expect, test } from 'vitest'
import { type Account, type Properties, thing, thingsOf } from '../../support/cli/control-plane/account.ts'
import { onAccount, testTime } from '../../support/cli/on-account.ts'
import type { Variant } from '../infra/synthesised.ts'
import { accountWith, optionsFor } from './deployments.ts'

const table = 'AWS::DynamoDB::GlobalTable'

/** Returns the command on an account; `plan` and `restore` are its two actions. */
async function commands(account: Account, variant: Variant = 'standard') {
  const command = await onAccount(account)
  const options = optionsFor(variant)
  return {
    plan: (...more: readonly string[]) => command('restore', '--plan', ...options, ...more),
    restore: (...more: readonly string[]) => command('restore', '--yes', 'once', ...options, ...more),
    raw: command,
  }
}

const slotsOf = (account: Account, region: string) => {
  const { value } = thing(account, 'AWS::SecretsManager::Secret', { region, id: 'once-keys' })?.properties ?? {}
  return Object.keys((JSON.parse(String(value)) as { mac: { slots: object } }).mac.slots)
}
const restored = (account: Account) => thingsOf(account, table).filter(({ id }) => id.includes('-restored-'))
/** Deletes the links table with its replicas; DynamoDB keeps its last state. */
const loseTable = (account: Account, region: string) => {
  account.things = account.things.filter(({ type, id }) => type !== table || id !== 'once-links')
  const properties = { table: 'once-links', at: testTime.getTime() - 3600_000 }
  account.things.push({ type: 'backup', region, id: 'arn:aws:dynamodb:backup/1', properties })
}
const lag = (account: Account, region: string): Properties => {
  const { properties } = thing(account, 'AWS::SecretsManager::Secret', { region, id: 'once-keys' })!
  return Object.assign(properties, { lags: true })
}
const starts = (account: Account, of: string) => account.requests.filter(line => line.includes(of))

test('it makes links invalid first, waits, and only then restores a copy that no function reads', async () => {
  const account = accountWith('standard')
  const before = slotsOf(account, 'us-east-1')
  const { restore } = await commands(account)
  const { code, said } = await restore()
  expect(code).toBe(0)
  const lines = said.split('\n')
  expect(lines[0]).toMatch(/links: every link issued before now is invalid; new links use key slot 2$/)
  expect(lines[1]).toMatch(/15 min 0 s +wait: no edge and no api accepts an older link any more$/)
  expect(lines[2]).toMatch(/copy: once-links-restored-20261124T\d{6}Z in us-east-1$/)
  expect(said).toContain('aws dynamodb delete-table --region us-east-1 --table-name once-links-restored-')
  expect(slotsOf(account, 'us-east-1')).not.toEqual(before)
  const order = ['lambda POST', 'RestoreTableToPointInTime'].map(of =>
    account.requests.findIndex(line => line.includes(of)),
  )
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(order[0]).toBeGreaterThan(0)
  expect(restored(account)).toHaveLength(1)
  expect(thing(account, table, { region: 'us-east-1', id: 'once-links' })).toBeDefined()
})

describe('it restores nothing while an edge may still accept an older link', () => {
  test('a copy of the keys that stays old: it ends with 1, and says which', async () => {
    const account = accountWith('standard')
    lag(account, 'us-east-2')
    const { restore } = await commands(account)
    const { code, said } = await restore('--minutes', '60')
    expect(code).toBe(1)
    expect(said).toContain('wait: not complete: the copy of the keys in us-east-2 is old')
    expect(said).toContain('to go on, run the same command again: npm run once -- restore --yes once')
    expect(restored(account)).toEqual([])
  })

  test('a Region that can’t be read: it waits a day after the Region is back', async () => {
    const account = accountWith('standard')
    let refused = 5
    account.denies = line => line === 'secretsmanager DescribeSecret us-east-2' && refused-- > 0
    const { restore } = await commands(account)
    const first = await restore('--minutes', '60')
    expect(first.code).toBe(1)
    expect(first.said).toMatch(/wait: not complete: older links may be accepted until 2026-11-25T12:0/)
    expect(restored(account)).toEqual([])
  })

  test('it ends at its deadline while a Region can’t be read, and says which', async () => {
    const account = accountWith('standard')
    account.denies = line => line === 'secretsmanager DescribeSecret us-east-2'
    const { restore } = await commands(account)
    const { code, said } = await restore('--minutes', '30')
    expect(code).toBe(1)
    expect(said).toContain("wait: not complete: the copy of the keys in us-east-2 can't be read")
  })
})

describe('run again, it goes on', () => {
  test('links are made invalid only once, so that links issued meanwhile stay valid', async () => {
    const account = accountWith('standard')
    const copy = lag(account, 'us-east-2')
    const { restore } = await commands(account)
    expect((await restore('--minutes', '1')).code).toBe(1)
    const { properties: primary } = thing(account, 'AWS::SecretsManager::Secret', {
      region: 'us-east-1',
      id: 'once-keys',
    })!
    const { value, version, previousVersion } = primary
    Object.assign(copy, { lags: false, value, version, previousVersion })
    const second = await restore()
    expect(second.code).toBe(0)
    expect(second.said).toMatch(/links: done already at .*; --again does it once more/)
    expect(starts(account, '/invocations')).toHaveLength(1)
    expect((await restore('--again')).said).toContain('every link issued before now is invalid')
    expect(starts(account, '/invocations')).toHaveLength(2)
  })

  test('a copy that is being restored is waited for, and not begun again', async () => {
    const account = accountWith('standard')
    account.pace = 1000
    const { restore } = await commands(account)
    const first = await restore('--minutes', '20')
    expect(first.code).toBe(1)
    expect(first.said).toMatch(/copy: not complete: once-links-restored-\w+ in us-east-1 is being restored/)
    for (const { properties } of restored(account)) properties['describesLeft'] = 1
    const second = await restore()
    expect(second.code).toBe(0)
    expect(restored(account)).toHaveLength(1)
    expect(starts(account, 'RestoreTable')).toHaveLength(1)
  })

  test('the keys of a first deployment, or of a rotation, are not mistaken for a restore', async () => {
    const account = accountWith('standard')
    for (const { properties } of thingsOf(account, 'AWS::SecretsManager::Secret')) {
      properties['version'] = '01234567-89ab-cdef-0123-456789abcdef'
    }
    const { restore } = await commands(account)
    expect((await restore()).said).toContain('every link issued before now is invalid')
  })
})

describe('a table that is lost', () => {
  test('its last state is restored, and the next command makes the table again', async () => {
    const account = accountWith('starter')
    loseTable(account, 'us-east-1')
    const { restore } = await commands(account, 'starter')
    const { code, said } = await restore()
    expect(code).toBe(0)
    expect(said).toContain('copy: once-links-restored-20261124T110000Z in us-east-1')
    expect(said).toContain('now: npm run deploy -- --revert-drift, which makes the table once-links again, empty')
  })

  test('without a backup, links are made invalid all the same, and it says that nothing is restored', async () => {
    const account = accountWith('starter')
    account.things = account.things.filter(({ type, id }) => type !== table || id !== 'once-links')
    const { restore } = await commands(account, 'starter')
    const { code, said } = await restore()
    expect(code).toBe(0)
    expect(said).toContain(
      'copy: nothing to restore: no home Region has point-in-time recovery or a backup of the table',
    )
  })
})

test('with customer managed keys, the copy is encrypted with the key of its Region', async () => {
  const account = accountWith('customer')
  const { restore } = await commands(account, 'customer')
  expect((await restore()).code).toBe(0)
  expect(restored(account)[0]?.properties['replica']).toEqual({ SSESpecification: { KMSMasterKeyId: 'alias/once' } })
})

test('--plan says what would be done, and changes nothing', async () => {
  const account = accountWith('standard')
  const before = structuredClone({ things: account.things, stacks: account.stacks })
  const { plan } = await commands(account)
  const { code, said } = await plan('--at', '2026-11-24T10:00:00Z')
  expect(code).toBe(0)
  expect(said).toContain(
    '3. restores the table to once-links-restored-20261124T100000Z in us-east-1, for reading receipts',
  )
  expect(said).toMatch(/to do this: npm run once -- restore --yes once$/)
  expect({ things: account.things, stacks: account.stacks }).toEqual(before)
  expect(account.requests.filter(line => /Restore|POST|Put|Update|Create/.test(line))).toEqual([])
})

test('--json prints a line per step', async () => {
  const account = accountWith('standard')
  const { restore } = await commands(account)
  const { said } = await restore('--json')
  const steps = said.split('\n').map(line => JSON.parse(line) as { step?: string })
  expect(steps.flatMap(({ step }) => step ?? [])).toEqual(['links', 'wait', 'copy'])
})

describe('nothing is done without --yes and the name of the deployment, nor for a time that is not left', () => {
  const refused: readonly (readonly [readonly string[], string])[] = [
    [[], 'got nothing, allowed: one of --plan, --yes NAME'],
    [['--plan', '--yes', 'once'], 'got --plan --yes, allowed: one of --plan, --yes NAME'],
    [['--yes', 'twice'], '--yes: got "twice", allowed: once, the name of the deployment'],
    [['--yes', 'once', '--minutes', '0'], '--minutes: got "0", allowed: 1 to 2000'],
    [['--yes', 'once', '--at', 'yesterday'], '--at: got "yesterday", allowed: a time such as 2026-11-24T12:00:00Z'],
    [['--yes', 'once', '--at', '2026-01-01T00:00:00Z'], '--at: got 2026-01-01T00:00:00.000Z, allowed: 2026-10-20'],
    [['--yes', 'once', '--at', '2027-01-01T00:00:00Z'], '--at: got 2027-01-01T00:00:00.000Z, allowed: 2026-10-20'],
  ]
  test.each(refused)('restore %s', async (args, words) => {
    const account = accountWith('standard')
    const { raw } = await commands(account)
    expect(await raw('restore', ...args, ...optionsFor('standard'))).toMatchObject({
      code: 2,
      noted: expect.stringContaining(words) as string,
    })
    expect(starts(account, '/invocations')).toEqual([])
    expect(restored(account)).toEqual([])
  })
})
