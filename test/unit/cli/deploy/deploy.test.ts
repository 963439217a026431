import { describe, expect, test } from 'vitest'
import type { EpochMs, EpochSeconds } from '../../../../shared/time.ts'
import { allOf, change, type FakeAccount, put, stackOf, take, valueOf } from '../../../support/cli/fake-account.ts'
import { awsOf } from '../../../support/cli/fake-aws.ts'
import { cdkOn } from '../../../support/cli/fake-cdk.ts'
import { deployed, type MorePorts, once, preparedAccount, settings } from '../../../support/cli/fake-deployment.ts'
import { namesOfStacks } from '../../../support/cli/fake-stacks.ts'

const run = (account: FakeAccount, pairs: readonly string[], more?: MorePorts) =>
  once(account, ['deploy', '--yes', ...settings(...pairs)], more)
const starter = ['profile=starter']
const standard = ['profile=standard']
const leaving = [...standard, 'leavingRegions=us-east-2']
const twoApis = [...standard, 'apiRegions=us-east-1,us-east-2']
const replicas = (account: FakeAccount) => allOf(account, 'table').filter(({ name }) => name === 'once-links')
const protections = (account: FakeAccount) => [
  ...account.stacks.filter(({ status }) => status !== 'DELETE_COMPLETE').map(({ isProtected }) => isProtected),
  ...allOf(account, 'table').map(({ value }) => value.deletionProtected),
]
const isOn = (each: boolean) => each
/** Puts links of a home Region into all replicas. */
const putLinks = (account: FakeAccount, home: string, ...times: readonly { seconds: number; left: number }[]) => {
  const links = times.map(({ seconds, left }) => ({
    home,
    seconds,
    expiresAt: (account.now / 1000 + left) as EpochSeconds,
  }))
  for (const { region, name } of replicas(account)) put(account, { kind: 'links', region, name, value: links })
}

test('of two at once, the second says who deploys, where and since when, and changes nothing', async () => {
  const account = preparedAccount('us-east-1')
  const times = { since: (account.now - 60_000) as EpochMs, until: (account.now + 240_000) as EpochMs }
  account.lock = { by: 'arn:aws:sts::111122223333:assumed-role/deploy/ann', pid: 7, host: 'ann@laptop', ...times }
  const { code, said } = await run(account, starter)
  expect(said).toMatch(
    /stopped: .*assumed-role\/deploy\/ann deploys once since 11:59:00 UTC, on ann@laptop \(process 7\) -> run this again when/,
  )
  expect([code, account.changes, account.lock.pid]).toEqual([1, [], 7])
})

describe('a first deployment', () => {
  test('of the profile starter is one stack, protected at the end, and opens its first link', async () => {
    const account = preparedAccount('us-east-1')
    const { code, said } = await run(account, starter)
    expect(said).toContain('opened once: 302, then the file (48 bytes); again: 403')
    expect(said).toMatch(/^LinkOrigin = https:\/\//m)
    expect(said).toMatch(/once is deployed$/)
    expect([code, namesOfStacks(account)]).toEqual([0, ['once-us-east-1']])
    expect(protections(account).every(isOn)).toBe(true)
    expect(said).toMatch(/ table protection: on; turned on: once-links in us-east-1, once-api-state in us-east-1$/m)
  })

  test('with a page for senders ends with its address, and the one to register at the provider', async () => {
    const auth = { issuer: 'https://login.example.com', audience: 'links' }
    const pairs = Object.entries({ auth, sendPage: { clientId: 'page' } }).map(
      ([name, of]) => `${name}=${JSON.stringify(of)}`,
    )
    const { said } = await run(preparedAccount('us-east-1'), [...starter, ...pairs])
    expect(said).toMatch(/^SendPageUrl = https:\/\/d2\.cloudfront\.net\/$/m)
    expect(said).toMatch(/^SendPageRedirectUri = https:\/\/d2\.cloudfront\.net\/callback\.html$/m)
  })

  test('says each step with its time, and what it costs', async () => {
    const { said } = await once(preparedAccount('us-east-1'), ['deploy', ...settings(...starter)])
    for (const step of ['account', 'synthesis', 'preflight', 'preview']) {
      expect(said).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d +\\d+ s {2}${step}: `, 'm'))
    }
    expect(said).toMatch(/^sum +[\d.]+ +[\d.]+ +[\d.]+$/m)
  })

  test('shows the settings that change before all that follows from them, and none otherwise', async () => {
    const changed = [...starter, 'linkSeconds=7200', 'alarmEmail=ops@example.com']
    const { said } = await once(await deployed(...starter), ['deploy', ...settings(...changed)])
    expect(said).toMatch(
      /preview: \d of \d stacks change\nsetting: alarmEmail nothing -> "ops@example.com"\nsetting: linkSeconds 86400 -> 7200\nonce-us-east-1 /,
    )
    const same = await once(await deployed(...starter), ['deploy', ...settings(...starter)])
    expect(same.said).not.toContain('setting: ')
  })

  test.each([
    ['without a terminal', undefined],
    ['with another answer than yes or its name', async () => 'once-eu'],
  ])('without --yes and %s changes nothing, and ends with 1', async (_, ask) => {
    const account = preparedAccount('us-east-1')
    const { code, said } = await once(account, ['deploy', ...settings(...starter)], { ask })
    expect([code, account.changes]).toEqual([1, []])
    expect(said).toMatch(/nothing was changed; to deploy this: once deploy --yes$/)
  })

  test.each(['yes', 'once'])('asks for yes or its name: %s', async answer => {
    const asked: string[] = []
    const ask = async (question: string) => (asked.push(question), answer)
    const { code } = await once(preparedAccount('us-east-1'), ['deploy', ...settings(...starter)], { ask })
    expect([code, asked]).toEqual([0, ['Deploy once to account 111122223333? Type its name, or yes:']])
  })

  test('with --json prints an object a line, the last with the result', async () => {
    const { said } = await once(await deployed(...starter), ['deploy', '--yes', '--json', ...settings(...starter)])
    const lines = said.split('\n').map(line => JSON.parse(line) as Record<string, unknown>)
    expect(lines.at(-1)).toEqual({ result: 'deployed' })
    expect(lines.find(line => line['step'] === 'preflight')).toMatchObject({ result: '0 problems, 0 remarks' })
  })

  test('that fails holds nothing that prevents another try, which goes on from there', async () => {
    const account = preparedAccount('us-east-1', 'us-east-2')
    const cdk = cdkOn(account)
    cdk.fails.push({ stack: 'once-us-east-2', how: 'failed', times: 1 })
    const { code, said } = await run(account, standard, { cdk })
    expect(said).toContain('stopped: once-us-east-2 in us-east-2 failed -> what was created stays;')
    expect([code, stackOf(account, 'once-us-east-2')?.status]).toEqual([1, 'CREATE_FAILED'])
    expect(replicas(account)).toHaveLength(2)
    expect(protections(account).some(isOn)).toBe(false)
    expect(cdk.deployed.map(({ rollback }) => rollback)).toEqual([false, false])
    expect((await run(account, standard)).said).toMatch(/^once is deployed$/m)
    expect(protections(account).every(isOn)).toBe(true)
  })
})

test.each([
  ['a first deployment', undefined, standard, 6],
  ['one that grows by a Region', starter, standard, 7],
  ['one that loses a Region', leaving, [...standard, 'homeRegions=us-east-1'], 5],
  ['one that loses an api', twoApis, [...standard, 'apiRegions=us-east-1'], 6],
] as const)('%s, ended at any change, is completed and protected by the same command', async (...given) => {
  const [, from, to, least] = given
  const begin = async () => (from === undefined ? preparedAccount('us-east-1', 'us-east-2') : deployed(...from))
  const whole = await begin()
  await run(whole, to)
  expect(whole.changes.length).toBeGreaterThanOrEqual(least)
  for (let endsAfter = 0; endsAfter < whole.changes.length; endsAfter += 1) {
    const account = Object.assign(await begin(), { endsAfter })
    await run(account, to)
    account.endsAfter = Number.POSITIVE_INFINITY
    const { said } = await run(account, to)
    expect(said, `after ${account.changes[endsAfter - 1]}`).toMatch(/^once is deployed$/m)
    expect(protections(account).every(isOn)).toBe(true)
    expect(namesOfStacks(account)).toEqual(namesOfStacks(whole))
  }
})

describe('a deployment that exists', () => {
  test('without a change is left as it is, by one set of settings', async () => {
    const account = await deployed(...standard)
    const cdk = cdkOn(account)
    const { code, said } = await run(account, standard, { cdk })
    expect(said).toContain('once-us-east-1 in us-east-1: no changes')
    expect([code, account.changes, new Set(cdk.syntheses).size]).toEqual([0, [], 1])
  })

  test('with a change deploys that stack and each after it, which may read what the change has made', async () => {
    const account = await deployed(...standard)
    const { said } = await run(account, [...standard, 'cacheSeconds=30'])
    expect(said).toMatch(/^.*1 of 2 stacks change$/m)
    expect(account.changes.slice(0, 2)).toEqual([
      'cdk.deploy once-us-east-1 us-east-1',
      'cdk.deploy once-us-east-2 us-east-2',
    ])
  })

  test('whose update takes the protection of tables gets it again, and says so', async () => {
    const account = await deployed(...starter)
    const { said } = await run(account, [...starter, 'cacheSeconds=30'])
    const again = 'turned on again, after an update took it: once-links in us-east-1, once-api-state in us-east-1'
    expect(said).toContain(` table protection: on; ${again}`)
    expect(protections(account).every(isOn)).toBe(true)
  })

  test('whose table lost its protection by hand gets it back without an update', async () => {
    const account = await deployed(...standard)
    change(account, { kind: 'table', region: 'us-east-2', name: 'once-links' }, { deletionProtected: false })
    const { said } = await run(account, standard)
    expect(said).toMatch(/ table protection: on; turned on: once-links in us-east-2$/m)
    expect(account.changes).toEqual(['tables.protect once-links us-east-2'])
  })

  test('whose table DynamoDB keeps changing is done when the same command is run again', async () => {
    const account = preparedAccount('us-east-1')
    const aws = awsOf(account)
    const busy = { ...aws, tables: { ...aws.tables, protect: async () => false } }
    const { code, said } = await run(account, starter, { aws: busy })
    expect(said).toContain(
      "stopped: deletion protection can't be turned on: DynamoDB still changes once-links in us-east-1, once-api-state in us-east-1",
    )
    expect([code, protections(account).some(isOn)]).toEqual([1, false])
    expect((await run(account, starter)).code).toBe(0)
    expect(protections(account).every(isOn)).toBe(true)
  })

  test('whose settings no longer want protection has none at the end', async () => {
    const without = [...starter, 'deletionProtection=false']
    const account = await deployed(...without)
    expect(protections(account).some(isOn)).toBe(false)
    change(account, { kind: 'table', region: 'us-east-1', name: 'once-links' }, { deletionProtected: true })
    const { said } = await run(account, without)
    expect(said).toMatch(/ off, as the settings say; turned off: once-links in us-east-1$/m)
    expect(account.changes).toEqual(['tables.unprotect once-links us-east-1'])
  })

  test('whose update fails is as before, and as protected', async () => {
    const account = await deployed(...standard)
    const cdk = cdkOn(account)
    cdk.fails.push({ stack: 'once-us-east-1', how: 'failed', times: 1 })
    const before = stackOf(account, 'once-us-east-1')?.template
    const { code, said } = await run(account, [...standard, 'cacheSeconds=30'], { cdk })
    expect(said).toContain('CloudFormation has undone the last update; solve what is said above, then run this again')
    expect([code, stackOf(account, 'once-us-east-1')?.template]).toEqual([1, before])
    expect(protections(account).every(isOn)).toBe(true)
    expect(cdk.deployed.map(({ rollback }) => rollback)).toEqual([true])
    expect((await run(account, [...standard, 'cacheSeconds=30'])).code).toBe(0)
  })

  test('is brought back to its settings in the first pass only, and with --revert-drift only', async () => {
    const account = await deployed(...starter)
    const cdk = cdkOn(account)
    await once(account, ['deploy', '--yes', '--revert-drift', ...settings(...standard)], { cdk })
    const drift = cdk.deployed.map(({ name, revertDrift }) => `${name} ${revertDrift}`)
    expect(drift.slice(0, 2)).toEqual(['once-us-east-1 true', 'once-us-east-1 false'])
    expect(drift.slice(2).some(each => each.endsWith('true'))).toBe(false)
    await run(account, [...standard, 'cacheSeconds=30'], { cdk })
    expect(cdk.deployed.at(-1)).toMatchObject({ revertDrift: false })
  })
})

describe('preflight', () => {
  test('finds everything that the account lacks, at once, and nothing is changed', async () => {
    const account = preparedAccount()
    const table = valueOf(await deployed(...starter), 'table', ['once-links', 'us-east-1'])!
    put(account, { kind: 'table', region: 'us-east-2', name: 'once-links', value: table })
    const name = '/aws/lambda/once-links'
    put(account, {
      kind: 'log group',
      region: 'us-east-1',
      name,
      value: { name, retentionDays: 1, createdAt: undefined },
    })
    put(account, { kind: 'zone', region: 'global', name: 'Z123', value: { domain: 'example.org', isPrivate: true } })
    put(account, { kind: 'concurrency', region: 'eu-west-1', name: 'lambda', value: 10 })
    const domain = ['domainName=f.example.com', 'hostedZoneId=Z123', 'hostedZoneName=example.com']
    put(account, {
      kind: 'role',
      region: 'global',
      name: 'once-scan',
      value: true,
    })
    const { code, said } = await run(account, [...standard, ...domain, 'scan=guardduty'])
    for (const found of [
      'role once-scan exists, and no stack of this deployment has it',
      'npx cdk bootstrap aws://111122223333/us-east-1 aws://111122223333/us-east-2',
      'table once-links in us-east-2 exists, and no stack of this deployment has it',
      'log group /aws/lambda/once-links in us-east-1 exists',
      'hostedZoneId: Z123 is private, for example.org -> name the public zone of example.com',
      'remark: Lambda runs few functions at the same time, of all deployments together: eu-west-1 10',
      'remark: the account has no distribution yet',
    ]) {
      expect(said).toContain(found)
    }
    expect([code, account.changes]).toEqual([1, []])
  })

  test('finds a certificate that is not issued, and one for another host', async () => {
    const account = preparedAccount('us-east-1')
    const name = 'arn:aws:acm:us-east-1:111122223333:certificate/1'
    const value = { status: 'PENDING_VALIDATION', hosts: ['*.example.org'] }
    put(account, { kind: 'certificate', region: 'global', name, value })
    const { said } = await run(account, [...starter, 'domainName=f.example.com', `certificateArn=${name}`])
    expect(said).toContain('the certificate is PENDING_VALIDATION')
    expect(said).toContain('the certificate is for *.example.org, not for f.example.com')
    expect(account.changes).toEqual([])
  })

  test('finds a Region that the account has not enabled', async () => {
    const account = preparedAccount('us-east-1')
    const value = { kind: 'disabled', why: 'the token is invalid' } as const
    put(account, { kind: 'bootstrap', region: 'us-east-2', name: 'cdk', value })
    const { said } = await run(account, standard)
    const enable = 'aws account enable-region --region-name us-east-2, or use other Regions'
    expect(said).toContain(`problem: the account can't use us-east-2: the token is invalid -> ${enable}`)
    expect(said).toContain('preflight: 1 problems')
    expect(account.changes).toEqual([])
  })

  test('goes on without the Regions that it may not read', async () => {
    const account = preparedAccount('us-east-1')
    for (const region of ['us-east-2', 'ap-south-1']) {
      for (const call of ['stacks.all', 'prerequisites.concurrency']) account.denied.add(`${call} ${region}`)
    }
    const { said } = await run(account, starter)
    expect(said).toContain(
      'remark: AWS does not say how many functions may run at the same time in us-east-2, ap-south-1',
    )
    expect(said).toMatch(/^.* once-us-east-1 in us-east-1: deployed$/m)
  })
})

describe('a change that is refused', () => {
  test.each([
    ['mode', ['mode=strong']],
    ['name', ['name=onse']],
  ] as const)('%s changes nothing', async (id, pairs) => {
    const account = await deployed(...standard)
    const { code, said } = await once(account, ['deploy', '--yes', '--json', ...settings(...standard, ...pairs)])
    const refused = said.split('\n').flatMap(line => (JSON.parse(line) as { refused?: string }).refused ?? [])
    expect(refused).toEqual([id])
    expect([code, account.changes]).toEqual([1, []])
  })

  test.each([
    ['the host of links: deployed "files.example.com", now without', [], { seconds: 3600, left: 60 }],
    [
      'maxLinkSeconds: deployed 604800, now 86400',
      ['maxLinkSeconds=86400', 'linkSeconds=3600'],
      { seconds: 172_800, left: 60 },
    ],
    ['unexpired links of us-east-2', ['homeRegions=us-east-1'], { seconds: 3600, left: 60 }],
  ] as const)('%s: it waits until the links have expired', async (found, pairs, link) => {
    const account = await deployed(...standard, 'leavingRegions=us-east-2')
    const stack = stackOf(account, 'once-us-east-1')
    if (found.startsWith('the host') && stack)
      stack.outputs = { ...stack.outputs, LinkOrigin: 'https://files.example.com' }
    putLinks(account, 'us-east-2', link, { seconds: 86_400, left: found.startsWith('max') ? 86_400 : 1 })
    const { code, said } = await run(account, [...standard, 'leavingRegions=us-east-2', ...pairs].filter(isUsed(pairs)))
    expect(said).toContain(`refused: ${found}`)
    expect([code, account.changes]).toEqual([1, []])
    account.now = (account.now + 61_000) as EpochMs
    expect((await run(account, [...standard, ...pairs])).said).not.toContain('refused')
  })
})

/** A Region that is no home any more can't leave. */
const isUsed = (pairs: readonly string[]) => (pair: string) =>
  !pair.startsWith('leavingRegions') || !pairs.some(each => each.startsWith('homeRegions'))

describe('a stack that an earlier deployment left half-way', () => {
  const withStatus = async (status: string) => {
    const account = await deployed(...starter)
    const stack = stackOf(account, 'once-us-east-1')!
    stack.status = status
    return { account, stack }
  }

  test.each(['ROLLBACK_FAILED', 'DELETE_FAILED', 'ROLLBACK_COMPLETE'])(
    '%s: it is not deleted while it has links or files',
    async status => {
      const { account, stack } = await withStatus(status)
      const files = await run(account, starter)
      expect(files.said).toContain('once-us-east-1 in us-east-1 has the bucket once-content-')
      putLinks(account, 'us-east-1', { seconds: 1, left: 1 })
      const { code, said } = await run(account, starter)
      expect(said).toContain('once-us-east-1 in us-east-1 has the table once-links with links, so it is not deleted')
      expect([code, account.changes, stack.isProtected]).toEqual([1, [], true])
    },
  )

  test('ROLLBACK_FAILED, protected and empty: it is deleted and created again', async () => {
    const { account, stack } = await withStatus('ROLLBACK_FAILED')
    for (const file of allOf(account, 'files')) take(account, file)
    const { code, said } = await run(account, starter)
    expect(code, said).toBe(0)
    expect(stackOf(account, 'once-us-east-1')?.id).not.toBe(stack.id)
    expect(protections(account).every(isOn)).toBe(true)
  })

  test.each(['UPDATE_ROLLBACK_FAILED', 'UPDATE_FAILED'])(
    '%s: its rollback goes on, then it is deployed',
    async status => {
      const { account, stack } = await withStatus(status)
      const { code, said, noted } = await run(account, starter)
      expect(noted).toMatch(
        /once-us-east-1 in us-east-1 is UPDATE_\w*FAILED: (going on with the rollback|rolling the failed update back)/,
      )
      expect(code, said).toBe(0)
      expect(stackOf(account, 'once-us-east-1')?.id).toBe(stack.id)
    },
  )

  test.each([
    ['CREATE_IN_PROGRESS', 'CREATE_FAILED'],
    ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'],
  ])('%s, because a process ended: it waits for the end, then goes on', async (status, end) => {
    const { account, stack } = await withStatus(status)
    stack.pending = { reads: 12, end: () => void (stack.status = end) }
    account.onCall = line => line.startsWith('cdk.deploy') && expect(stack.status).not.toBe(status)
    const { code, said, noted } = await run(account, [...starter, 'cacheSeconds=30'])
    expect(noted).toContain(`once-us-east-1 in us-east-1 is ${status}: waiting until it ends`)
    expect([code, stackOf(account, 'once-us-east-1')?.id], said).toEqual([0, stack.id])
    expect(account.changes).toContain('cdk.deploy once-us-east-1 us-east-1')
  })

  test('CREATE_FAILED, with something to replace: it is deleted and created again', async () => {
    const account = preparedAccount('us-east-1')
    const cdk = cdkOn(account)
    cdk.fails.push(
      { stack: 'once-us-east-1', how: 'failed', times: 1 },
      { stack: 'once-us-east-1', how: 'rollback-first', times: 1 },
    )
    await run(account, starter, { cdk })
    const { id } = stackOf(account, 'once-us-east-1')!
    expect((await run(account, starter, { cdk })).said).toMatch(/^once is deployed$/m)
    expect(stackOf(account, 'once-us-east-1')?.id).not.toBe(id)
  })

  test('a status that this version does not know: nothing is done to it, and a command shows why', async () => {
    const { account } = await withStatus('PAUSED')
    const { code, said } = await run(account, starter)
    expect(said).toMatch(
      /stopped: once-us-east-1 in us-east-1 is PAUSED -> see why, and end it: aws cloudformation describe-stack-events/,
    )
    expect([code, account.changes]).toEqual([1, []])
  })
})

test('an interrupt stops before the next step, and the same command goes on', async () => {
  const account = preparedAccount('us-east-1', 'us-east-2')
  const interrupt = new AbortController()
  account.onCall = line => line.startsWith('cdk.deploy') && interrupt.abort(new Error('interrupted'))
  const stopped = await run(account, standard, { signal: interrupt.signal })
  expect(stopped.said).toMatch(/interrupted -> .*run the same command again to go on$/)
  expect([stopped.code, namesOfStacks(account), account.lock]).toEqual([1, ['once-us-east-1'], undefined])
  account.onCall = () => undefined
  expect((await run(account, standard)).code).toBe(0)
})

describe('home Regions', () => {
  test('one is added in a pass of its own, and protected at the end', async () => {
    const account = await deployed(...starter)
    const { code, said } = await run(account, standard)
    expect(said).toContain('pass 2 of 2: add the replica in us-east-2')
    expect(said).toMatch(/ on; turned on: once-links in us-east-2; turned on again, .*: once-links in us-east-1, /)
    expect(code, said).toBe(0)
    const first = account.changes.findIndex(line => line.startsWith('tables.protect'))
    expect(account.changes.slice(first).filter(line => line.startsWith('cdk.'))).toEqual([])
    expect(protections(account).every(isOn)).toBe(true)
  })

  test('one that is to go loses its protection before the update that removes it, and no other does', async () => {
    const account = await deployed(...leaving)
    const cdk = cdkOn(account)
    cdk.fails.push({ stack: 'once-us-east-1', how: 'failed', times: 1 })
    expect((await run(account, [...standard, 'homeRegions=us-east-1'], { cdk })).code).toBe(1)
    expect(account.changes).toEqual(['tables.unprotect once-links us-east-2', 'cdk.deploy once-us-east-1 us-east-1'])
    expect((await run(account, leaving)).said).toMatch(/ table protection: on; turned on: once-links in us-east-2$/m)
    expect(protections(account).every(isOn)).toBe(true)
  })

  test('one without links goes, its stack after its replica, and the key of the replica after both', async () => {
    const customer = [...standard, 'encryption=customer']
    const account = await deployed(...customer, 'leavingRegions=us-east-2')
    const keyOf = (region: string) => valueOf(account, 'KMS key', [`data-key-${region}`, region])?.state
    account.onCall = line => {
      for (const { region } of allOf(account, 'table'))
        expect(keyOf(region), `${region} before ${line}`).toBe('Enabled')
    }
    const { code, said } = await run(account, [...customer, 'homeRegions=us-east-1'])
    expect(said).toContain('once-us-east-2 in us-east-2: deleted, because the settings no longer have it')
    expect(code, said).toBe(0)
    expect(replicas(account).map(({ region }) => region)).toEqual(['us-east-1'])
    expect(namesOfStacks(account)).toEqual(['once-keys-us-east-1', 'once-us-east-1'])
    expect([keyOf('us-east-1'), keyOf('us-east-2')]).toEqual(['Enabled', 'PendingDeletion'])
    expect(account.changes.filter(line => line.startsWith('stacks.remove'))).toEqual([
      'stacks.remove once-us-east-2 us-east-2',
      'stacks.remove once-keys-us-east-2 us-east-2',
    ])
  })
})

test('an api that goes loses the protection of its state before the update that removes it', async () => {
  const account = await deployed(...twoApis)
  const { code, said } = await run(account, [...standard, 'apiRegions=us-east-1'])
  expect(code, said).toBe(0)
  expect(account.changes.slice(0, 3)).toEqual([
    'cdk.deploy once-us-east-1 us-east-1',
    'tables.unprotect once-api-state us-east-2',
    'cdk.deploy once-us-east-2 us-east-2',
  ])
  expect(valueOf(account, 'table', ['once-api-state', 'us-east-2'])).toBeUndefined()
})

describe('a deployment of a version that could sign in KMS', () => {
  const customer = [...starter, 'encryption=customer']
  /** Deploys, and changes an output of a stack as that version wrote it. */
  async function deployedWith(stack: string, output: string, change: (value: string) => string) {
    const account = await deployed(...customer)
    const { outputs } = stackOf(account, stack)!
    Object.assign(outputs, { [output]: change(outputs[output] ?? '') })
    return account
  }
  const withSettings = (former: object) => (value: string) =>
    JSON.stringify({ ...(JSON.parse(value) as object), kmsKey: 1, kmsKeysKept: [], ...former })

  test.each([
    ['once-us-east-1', 'Deployment', withSettings({ signer: 'kms' }), 'signer "kms"'],
    ['once-us-east-1', 'Deployment', withSettings({ kmsKeysKept: ['P-256-1'] }), 'kmsKeysKept ["P-256-1"]'],
    ['once-keys-us-east-1', 'SignerKeyP2561', () => 'mrk-1', 'output SignerKeyP2561'],
  ] as const)('is refused before anything is changed, if a key in KMS signs or is kept: %s %s', async (...given) => {
    const [stack, output, change, found] = given
    const account = await deployedWith(stack, output, change)
    const { code, said } = await run(account, customer)
    expect(said).toContain(`refused: deployed with ${found}: this version signs with a key in the secret only`)
    expect(said).toContain(
      "-> with the version that deployed it, set `signer: 'secret'` and deploy, again when it says so",
    )
    expect([code, account.changes]).toEqual([1, []])
  })

  test('is upgraded if its key is in the secret', async () => {
    const account = await deployedWith('once-us-east-1', 'Deployment', withSettings({ signer: 'secret' }))
    expect((await run(account, customer)).code).toBe(0)
  })
})
