import { describe, expect, test } from 'vitest'
import type { EpochMs } from '../../../../shared/time.ts'
import { allOf, change, copyOf, type FakeAccount, put, take, valueOf } from '../../../support/cli/fake-account.ts'
import { deployed, once, settings } from '../../../support/cli/fake-deployment.ts'
import { testTime } from '../../../support/cli/fake-things.ts'

const standard = ['profile=standard']
const starter = ['profile=starter']

/** Returns the command on an account; `plan` and `restore` are its two actions. */
function commands(account: FakeAccount, pairs: readonly string[] = standard) {
  const run = (...args: readonly string[]) => once(account, ['restore', ...args, ...settings(...pairs)])
  return {
    preview: (...more: readonly string[]) => run('--preview', ...more),
    restore: (...more: readonly string[]) => run('--yes', 'once', ...more),
    run,
  }
}

const versionIn = (account: FakeAccount, region: string) => valueOf(account, 'version', ['once-keys', region])
const restored = (account: FakeAccount) => allOf(account, 'table').filter(({ name }) => name.includes('-restored-'))
const verbsOf = ({ changes }: FakeAccount) => changes.map(line => line.split(' ')[0])
/** Lets the copy of the keys in a Region stay old, or come up to date. */
const lag = (account: FakeAccount, region: string) => account.stuck.set(`secret ${region}`, { times: 1, why: '' })
const catchUp = (account: FakeAccount, region: string) => {
  account.stuck.clear()
  change(account, { kind: 'version', region, name: 'once-keys' }, versionIn(account, 'us-east-1')!)
}
/** Deletes the links table with its replicas. */
const loseTable = (account: FakeAccount) => {
  for (const kind of ['table', 'source'] as const) {
    for (const each of allOf(account, kind).filter(({ name }) => name === 'once-links')) take(account, each)
  }
}

test('it makes links invalid first, waits until each edge has the new keys, and only then restores a copy', async () => {
  const account = await deployed(...standard)
  const before = versionIn(account, 'us-east-1')?.current
  const atCopy: (string | undefined)[] = []
  account.onCall = line => {
    if (line.startsWith('restores.copy'))
      atCopy.push(...['us-east-1', 'us-east-2'].map(each => versionIn(account, each)?.current))
  }
  const { code, said } = await commands(account).restore()
  const lines = said.split('\n')
  expect(lines[0]).toMatch(/links: every link issued before now is invalid; new links use key slot 2$/)
  expect(lines[1]).toMatch(/15 min +wait: no edge and no api accepts an older link any more$/)
  expect(lines[2]).toMatch(/copy: once-links-restored-20261124T120000Z in us-east-1$/)
  expect(said).toContain('aws dynamodb delete-table --region us-east-1 --table-name once-links-restored-')
  expect([code, verbsOf(account)]).toEqual([0, ['restores.invalidateLinks', 'restores.copy']])
  // So a link that was used before is refused at every edge when the copy, in which it is unused, is there.
  expect(new Set(atCopy).size).toBe(1)
  expect(atCopy[0]).not.toBe(before)
  expect(restored(account)).toHaveLength(1)
  expect(valueOf(account, 'table', ['once-links', 'us-east-1'])).toBeDefined()
})

test('ended before any change, the same command completes it', async () => {
  const before = await deployed(...standard)
  const whole = copyOf(before)
  await commands(whole).restore()
  for (let endsAfter = 0; endsAfter < whole.changes.length; endsAfter += 1) {
    const account = Object.assign(copyOf(before), { endsAfter })
    await commands(account).restore()
    account.endsAfter = Number.POSITIVE_INFINITY
    expect((await commands(account).restore()).code).toBe(0)
    expect(verbsOf(account)).toEqual(verbsOf(whole))
    expect(restored(account)).toHaveLength(1)
  }
})

describe('it restores nothing while an edge may still accept an older link', () => {
  test('a copy of the keys that stays old: it ends with 1, and says which', async () => {
    const account = await deployed(...standard)
    lag(account, 'us-east-2')
    const { code, said } = await commands(account).restore('--minutes', '60')
    expect(said).toContain('wait: not complete: the copy of the keys in us-east-2 is old')
    expect(said).toContain('to go on, run the same command again: npm run once -- restore --yes once')
    expect([code, restored(account)]).toEqual([1, []])
  })

  test('a Region that can’t be read: it waits a day after the Region is back', async () => {
    const account = await deployed(...standard)
    const call = 'restores.secretVersion once-keys us-east-2'
    account.denied.add(call)
    let refused = 5
    account.onCall = line => {
      if (line === call && refused-- === 0) account.denied.delete(call)
    }
    const { code, said } = await commands(account).restore('--minutes', '60')
    expect(said).toMatch(/wait: not complete: older links may be accepted until 2026-11-25T12:0/)
    expect([code, restored(account)]).toEqual([1, []])
  })

  test('it ends at its deadline while a Region can’t be read, and says which', async () => {
    const account = await deployed(...standard)
    account.denied.add('restores.secretVersion once-keys us-east-2')
    const { code, said } = await commands(account).restore('--minutes', '30')
    expect(said).toContain("wait: not complete: the copy of the keys in us-east-2 can't be read")
    expect([code, restored(account)]).toEqual([1, []])
  })
})

describe('run again, it goes on', () => {
  test('links are made invalid only once, so that links issued meanwhile stay valid', async () => {
    const account = await deployed(...standard)
    lag(account, 'us-east-2')
    const { restore } = commands(account)
    expect((await restore('--minutes', '1')).code).toBe(1)
    catchUp(account, 'us-east-2')
    const second = await restore()
    expect(second.said).toMatch(/links: done already at .*; --again does it once more/)
    expect([second.code, verbsOf(account)]).toEqual([0, ['restores.invalidateLinks', 'restores.copy']])
    expect((await restore('--again')).said).toContain('every link issued before now is invalid')
    expect(verbsOf(account).filter(verb => verb === 'restores.invalidateLinks')).toHaveLength(2)
  })

  test('a copy that is being restored is waited for, and not begun again', async () => {
    const account = await deployed(...standard)
    const name = 'once-links-restored-20261124T120000Z'
    account.stuck.set(name, { times: 1, why: '' })
    const { restore } = commands(account)
    const first = await restore('--minutes', '20')
    expect(first.said).toMatch(/copy: not complete: once-links-restored-\w+ in us-east-1 is being restored/)
    expect(first.code).toBe(1)
    change(account, { kind: 'table', region: 'us-east-1', name }, { status: 'ACTIVE' })
    // Time has passed, so the latest time to which the table can be restored is another.
    const to = (testTime + 3600_000) as EpochMs
    change(account, { kind: 'source', region: 'us-east-1', name: 'once-links' }, { to })
    expect((await restore()).code).toBe(0)
    expect([restored(account).map(each => each.name), verbsOf(account).at(-1)]).toEqual([[name], 'restores.copy'])
  })

  test('the keys of a rotation are not mistaken for a restore', async () => {
    const account = await deployed(...standard)
    expect(versionIn(account, 'us-east-1')?.current).toHaveLength(36)
    expect((await commands(account).restore()).said).toContain('every link issued before now is invalid')
  })
})

describe('a table that is lost', () => {
  test('its last state is restored, and the next command makes the table again', async () => {
    const account = await deployed(...starter)
    loseTable(account)
    const value = { kind: 'backup', arn: 'arn:aws:dynamodb:backup/1', at: (testTime - 3600_000) as EpochMs } as const
    put(account, { kind: 'source', region: 'us-east-1', name: 'once-links', value })
    const { code, said } = await commands(account, starter).restore()
    expect(said).toContain('copy: once-links-restored-20261124T110000Z in us-east-1')
    expect(said).toContain('now: npm run deploy -- --revert-drift, which makes the table once-links again, empty')
    expect(code).toBe(0)
  })

  test('without a backup, links are made invalid all the same, and it says that nothing is restored', async () => {
    const account = await deployed(...starter)
    loseTable(account)
    const { code, said } = await commands(account, starter).restore()
    expect(said).toContain(
      'copy: nothing to restore: no home Region has point-in-time recovery or a backup of the table',
    )
    expect([code, verbsOf(account)]).toEqual([0, ['restores.invalidateLinks']])
  })
})

test('with customer managed keys, the copy is encrypted with the key of its Region', async () => {
  const pairs = [...starter, 'encryption=customer']
  const account = await deployed(...pairs)
  expect((await commands(account, pairs).restore()).code).toBe(0)
  expect(restored(account)).toMatchObject([{ value: { kmsKey: 'alias/once' } }])
})

test('--preview says what would be done, and changes nothing', async () => {
  const account = await deployed(...standard)
  const { code, said } = await commands(account).preview('--at', '2026-11-24T10:00:00Z')
  expect(said).toContain(
    '3. restores the table to once-links-restored-20261124T100000Z in us-east-1, for reading receipts',
  )
  expect(said).toMatch(/to do this: npm run once -- restore --yes once$/)
  expect([code, account.changes]).toEqual([0, []])
})

test('--json prints a line per step', async () => {
  const { said } = await commands(await deployed(...standard)).restore('--json')
  const steps = said.split('\n').map(line => JSON.parse(line) as { step?: string })
  expect(steps.flatMap(({ step }) => step ?? [])).toEqual(['links', 'wait', 'copy'])
})

describe('nothing is done without --yes and the name of the deployment, nor for a time that is not left', () => {
  const refused: readonly (readonly [readonly string[], string])[] = [
    [[], 'got nothing, allowed: one of --preview, --yes NAME'],
    [['--plan', '--yes', 'once'], 'got --preview --yes, allowed: one of --preview, --yes NAME'],
    [['--yes', 'once', '--minutes', '0'], '--minutes: got "0", allowed: 1 to 2000'],
    [['--yes', 'once', '--at', 'yesterday'], '--at: got "yesterday", allowed: a time such as 2026-11-24T12:00:00Z'],
    [['--yes', 'once', '--at', '2026-01-01T00:00:00Z'], '--at: got 2026-01-01T00:00:00.000Z, allowed: 2026-10-20'],
    [['--yes', 'once', '--at', '2027-01-01T00:00:00Z'], '--at: got 2027-01-01T00:00:00.000Z, allowed: 2026-10-20'],
  ]
  test.each(refused)('restore %s', async (args, words) => {
    const account = await deployed(...standard)
    const { code, noted } = await commands(account).run(...args)
    expect(noted).toContain(words)
    expect([code, account.changes]).toEqual([2, []])
  })
})
