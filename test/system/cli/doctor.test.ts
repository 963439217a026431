import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../../cli/deployment/doctor/check.ts'
import { parseSettings } from '../../../construct/parse-settings.ts'
import { distributionHost } from '../../support/cli/control-plane/rest-xml-cloudfront.ts'
import { type Account, thing, type Thing, thingsOf } from '../../support/cli/control-plane/account.ts'
import { onAccount } from '../../support/cli/on-account.ts'
import { type Variant, variants } from '../infra/synthesised.ts'
import { privateWord } from '../../support/cli/control-plane/cloudformation/providers.ts'
import { accountWith, optionsFor } from './deployments.ts'
import { follow } from './doctor/advice.ts'
import { changes } from './doctor/changes.ts'

interface Report {
  readonly deployment: string
  readonly account: string
  readonly verdict: string
  readonly findings: readonly Finding[]
}

const writes = /\b(Create|Put|Update|Delete|Remove|Stop|Schedule|Abort|POST|PUT|DELETE)/

/** Runs the doctor on an account; resolves to its JSON report and its exit code. */
async function diagnose(account: Account, variant: Variant = 'home'): Promise<Report & { code: number }> {
  const command = await onAccount(account)
  const { code, said } = await command('doctor', '--json', ...optionsFor(variant))
  return { ...(JSON.parse(said) as Report), code }
}

describe('for a deployment as the CDK makes it, the doctor reports nothing, and it changes nothing', () => {
  test.each(Object.keys(variants) as Variant[])('%s', async variant => {
    const account = accountWith(variant)
    const before = structuredClone({ things: account.things, stacks: account.stacks })
    const { code, findings } = await diagnose(account, variant)
    // The settings leave a table without protection, as during its first deployment.
    const unprotected = variant === 'three' ? ['table-protection'] : []
    const { events, alarmEmail } = parseSettings(variants[variant])
    const silent = events || alarmEmail !== undefined ? [] : ['alarms']
    const problems = findings.filter(({ verdict }) => verdict !== 'ok')
    expect(problems.map(({ check }) => check)).toEqual([...unprotected, ...silent])
    expect(code).toBe(0)
    expect({ things: account.things, stacks: account.stacks }).toEqual(before)
    expect(account.requests.filter(line => writes.test(line))).toEqual([])
    const host = variant === 'domain' ? 'files.example.com' : distributionHost
    const asViewer = account.requests.filter(line => line.startsWith('viewer '))
    expect(asViewer.toSorted()).toEqual([`viewer GET ${host}/d/doctor`, `viewer GET ${host}/doctor`])
  })
})

/** The problems, but that no variant without `events` has set who gets its alarms. */
const problemsOf = (findings: readonly Finding[]) =>
  findings.filter(({ verdict, found }) => verdict !== 'ok' && !found.includes('alarms have no receiver'))
const isUnchecked = ({ found }: Finding) => found.startsWith("can't be checked")
/** Changes that another check reports too. */
const alsoReportedBy = new Map([
  ['a stack was deleted', ['events']],
  ['links have no function', ['edge-function']],
])
/** Advice that no command carries out, and why. */
const byHand = new Map([
  ['an alarm is in state ALARM', 'its description says what to do'],
  ['error pages replace the responses of links', 'AWS would do what it does not document'],
  ['errors of files are not replaced', 'the same'],
  ['a table is not strongly consistent', 'the consistency of a table never changes'],
])

describe('the doctor reports a change by hand, and what it advises mends it', () => {
  test.each(changes.map(row => [`${row[0]}: ${row[1]}`, row] as const))('%s', async (_, row) => {
    const [title, check, change, variant = 'home'] = row
    const account = accountWith(variant)
    change(account)
    const problems = problemsOf((await diagnose(account, variant)).findings)
    const reported = new Set(problems.filter(each => !isUnchecked(each)).map(each => each.check))
    expect(reported).toEqual(new Set([check, ...(alsoReportedBy.get(title) ?? [])]))
    expect(problems.every(({ todo }) => todo !== '')).toBe(true)
    if (byHand.has(title)) return

    // An advice may show the next problem, so it is followed as long as there is one.
    let left = problems
    for (let round = 1; round <= 3 && left.length > 0; round += 1) {
      const command = await onAccount(account)
      const once = (...args: readonly string[]) => command(...args, ...optionsFor(variant))
      const advice = new Set(left.filter(each => !isUnchecked(each)).map(({ todo }) => todo))
      for (const todo of advice) await follow(todo, { account, variant, once })
      left = problemsOf((await diagnose(account, variant)).findings)
    }
    expect(left).toEqual([])
  })
})

describe('no check is ok of what it reports a change of, if that is missing altogether', () => {
  test.each(changes.map(row => [`${row[0]}: ${row[1]}`, row] as const))('%s', async (_, row) => {
    const [, check, change, variant = 'home'] = row
    const account = accountWith(variant)
    const before = new Map(account.things.map(each => [each, JSON.stringify(each)]))
    change(account)
    const isChanged = (each: Thing) => !account.things.includes(each) || JSON.stringify(each) !== before.get(each)
    const changed = [...before.keys()].filter(isChanged)
    account.things = account.things.filter(each => !changed.includes(each))
    if (changed.length === 0) return // it added something, or changed a stack or what viewers get
    const { findings } = await diagnose(account, variant)
    expect(findings.filter(each => each.check === check && each.verdict === 'ok')).toEqual([])
    expect(findings.filter(({ found, todo }) => /TypeError|undefined|NaN/.test(found + todo))).toEqual([])
  })
})

test('`npm run deploy` alone mends no change by hand, so the doctor does not advise it for one', async () => {
  const account = accountWith('home')
  account.things = account.things.filter(({ id }) => id !== 'once-edge-throttled')
  const { findings } = await diagnose(account)
  expect(problemsOf(findings)).toMatchObject([{ check: 'alarms', todo: 'npm run deploy -- --revert-drift' }])
  const once = async () => ({ code: 0 })
  await follow('npm run deploy', { account, variant: 'home', once })
  expect(problemsOf((await diagnose(account)).findings)).toMatchObject([{ check: 'alarms' }])
})

test('after a change of the order of home Regions, it advises to delete nothing', async () => {
  const account = accountWith('home')
  const command = await onAccount(account)
  const options = optionsFor('home').map(each =>
    each.startsWith('homeRegions=') ? 'homeRegions=us-east-1,eu-west-1' : each,
  )
  const { said } = await command('doctor', '--json', ...options)
  const { findings } = JSON.parse(said) as Report
  const stacks = findings.filter(({ check }) => check === 'stacks')
  expect(stacks.length).toBeGreaterThan(0)
  expect(findings.filter(({ todo }) => /delete-stack|destroy|teardown/.test(todo))).toEqual([])
})

describe('if AWS refuses requests, the doctor reports it', () => {
  test('if a service refuses, the checks that need it fail with its reason', async () => {
    const account = accountWith('home')
    account.denies = line => line.startsWith('wafv2 ')
    const { code, findings } = await diagnose(account)
    expect(code).toBe(1)
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toMatchObject([
      { check: 'web-acl', verdict: 'fail', found: expect.stringContaining('AccessDeniedException') as string },
    ])
  })

  test('if the credentials are refused, it sends no other request and ends with 2', async () => {
    const account = accountWith('home')
    account.denies = line => line.startsWith('sts ')
    const command = await onAccount(account)
    expect(await command('doctor')).toMatchObject({
      code: 2,
      said: '',
      noted: expect.stringContaining('AccessDeniedException') as string,
    })
    expect(account.requests).toEqual(['sts GetCallerIdentity us-east-1'])
  })

  test('in an account without the deployment, it reports every stack as missing', async () => {
    const { code, findings } = await diagnose({ ...accountWith('home'), things: [], stacks: [] })
    expect(code).toBe(1)
    expect(findings.filter(({ check }) => check === 'stacks')).toHaveLength(3)
    // Nothing was lost or changed where nothing was.
    expect(new Set(problemsOf(findings).map(({ todo }) => todo))).toEqual(
      new Set(['npm run deploy', 'solve this first']),
    )
    expect(findings.filter(({ verdict }) => verdict === 'ok').map(({ check }) => check)).toEqual(['concurrency'])
    expect(findings.filter(({ found }) => /TypeError|undefined/.test(found))).toEqual([])
  })
})

test('after a first deployment that failed, it advises to run it again, not to restore or revert anything', async () => {
  const account = accountWith('starter')
  for (const stack of account.stacks) stack.status = 'CREATE_FAILED'
  account.things = account.things.filter(({ type }) => !/GlobalTable|Secret$|KeyGroup|Alarm/i.test(type))
  const { findings } = await diagnose(account, 'starter')
  const advice = new Set(problemsOf(findings).map(({ todo }) => todo.split(';')[0]))
  expect(advice).toEqual(new Set(['npm run deploy', 'solve this first']))
})

test('keys in KMS that a change of the signer keeps for a while are no problem', async () => {
  const command = await onAccount(accountWith('kms'))
  const { said } = await command('doctor', '--json', ...optionsFor('kms'), '-c', 'kmsKeysKept=')
  const { findings } = JSON.parse(said) as Report
  expect(problemsOf(findings)).toEqual([])
  expect(findings.find(({ check }) => check === 'signer')?.found).toContain('; P-256-1 in KMS stay until a later')
})

test('what once deploy has decided by the account is no difference to settings that leave it out', async () => {
  const account = accountWith('private')
  const { outputs } = account.stacks.find(({ name }) => name === 'once-us-east-1')!
  const settings = {
    ...outputs['Settings']!,
    value: outputs['Settings']!.value.replace('Role":"own"', 'Role":"account"'),
  }
  Object.assign(outputs, { Settings: settings })
  const { said } = await (await onAccount(account))('doctor', '--json', ...optionsFor('private'))
  const { findings } = JSON.parse(said) as Report
  expect(settings.value).toContain('"apiLogRole":"account"')
  expect(findings.find(({ check }) => check === 'deployed-settings')).toMatchObject({ verdict: 'ok' })
})

test('after a deployment was deleted and deployed again, the doctor reports nothing', async () => {
  const account = accountWith('home')
  for (const stack of account.stacks) {
    stack.status = 'DELETE_COMPLETE'
    for (const resource of stack.resources) resource.status = 'DELETE_COMPLETE'
  }
  account.things = []
  const { code, findings } = await diagnose(accountWith('home', account))
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
  expect(code).toBe(0)
})

describe('the doctor prints nothing of the secret but ids', () => {
  test.each([
    ['a valid secret', (text: string) => text],
    ['a secret that is not JSON', (text: string) => text.slice(1)],
    ['a secret without a private key', (text: string) => text.replace('privateKey', 'privateWord')],
  ])('%s', async (_, change) => {
    const account = accountWith('home')
    const { properties: secret } = thing(account, 'AWS::SecretsManager::Secret', {
      region: 'us-east-1',
      id: 'once-keys',
    })!
    secret['value'] = change(String(secret['value']))
    const command = await onAccount(account)
    const { said, noted } = await command('doctor', '--json', ...optionsFor('home'))
    expect(said).toContain('key-group')
    for (const word of [privateWord, 'PRIVATE KEY', 'slots']) expect(said + noted).not.toContain(word)
    const [key = ''] = /[\w+/]{40,}/.exec(String(secret['value'])) ?? []
    expect(key.length).toBeGreaterThan(39)
    expect(said + noted).not.toContain(key)
  })
})

test('without --json, it prints a table of verdict, check, what was found and what to do, then totals', async () => {
  const account = accountWith('home')
  const [distribution] = thingsOf(account, 'AWS::CloudFront::Distribution')
  Object.assign(distribution?.properties['DistributionConfig'] as object, { IPV6Enabled: true })
  const command = await onAccount(account)
  const { code, said } = await command('doctor', ...optionsFor('home'))
  expect(code).toBe(1)
  expect(said).toMatch(/^ok {4}stacks {13}all stacks are deployed/m)
  expect(said).toMatch(/^fail {2}ipv6 {15}IPv6 is on: .* -> npm run deploy -- --revert-drift$/m)
  expect(said).toMatch(/\n\nonce in account 111122223333: 1 fail, 0 warn, 36 ok$/)
})

test('run as a process, it prints JSON on standard output', async () => {
  const account = accountWith('home')
  await onAccount(account) // serves the account and sets AWS_ENDPOINT_URL
  const main = join(import.meta.dirname, '../../../cli/main.ts')
  const child = spawn(process.execPath, [main, 'doctor', '--json', ...optionsFor('home')], {
    env: process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, noted, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  expect(noted).toBe('')
  const report = JSON.parse(said) as Report
  expect(report).toMatchObject({ deployment: 'once', account: '111122223333' })
  // The process uses the machine's clock, for which the keys of the test may be old, and reaches no distribution.
  const problems = report.findings.filter(({ verdict }) => verdict !== 'ok').map(({ check }) => check)
  expect(problems.filter(check => !['key-age', 'rotation'].includes(check))).toEqual(['answers'])
  expect(code).toBe(1)
})
