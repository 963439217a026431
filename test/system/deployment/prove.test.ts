import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, DeleteResourcePolicyCommand, PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import type { Ports } from '../../../cli/ports/ports.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { functionClock } from '../../support/ministack/clock.ts'
import { type Front, startFront } from '../../support/ministack/front.ts'
import { account, keepLog } from '../../support/ministack/ministack.ts'
import { type Operator, startOperator } from '../../support/ministack/operator.ts'
import { type Behaviour, viewerOf, type ViewerSite } from '../../support/ministack/prove-viewer.ts'
import { missingPython } from '../../support/python.ts'

const settings = ['-c', 'profile=standard', '-c', 'accessLogs=true']
const maxTestMs = 300_000
const folder = mkdtempSync(join(tmpdir(), 'once-prove-'))
const refusals = join(folder, 'refusals.json')
const fronts = new Map<boolean, Promise<Front>>()
let operator: Operator
let site: ViewerSite

/** Runs a command of ours where CloudFront and clients behave in this way. */
async function once(behaviour: Behaviour, args: readonly string[], ports: Partial<Ports> = {}) {
  onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, 'prove')}`))
  const outcome = await onceHere([...args, ...settings], {
    ...operator.ports,
    http: viewerOf(site, behaviour),
    ...ports,
  })
  return outcome
}

const prove = (behaviour: Behaviour, args: readonly string[] = [], ports: Partial<Ports> = {}) =>
  once(behaviour, ['prove', '--wait', '0', ...args], ports)

/** Has AWS refuse types of resources for these reasons. */
const refuse = (reasons: Readonly<Record<string, string>>) => writeFileSync(refusals, JSON.stringify(reasons))

const line = (verdict: string, id: string, text = '') => new RegExp(`^${verdict} +${id} +.*${text}`, 'm')

beforeAll(async () => {
  if (missingPython !== undefined) return
  const clock = functionClock()
  operator = await startOperator({
    startFront: ({ endpoint }) => startFront({ endpoint, account, now: clock.now }),
    variables: { ...clock.variables, REFUSALS: refusals },
  })
  const { endpoint } = operator.ministack
  site = {
    endpoint,
    front(isGateFirst) {
      const gateOrder = isGateFirst ? 'before-signature' : 'after-signature'
      const front = fronts.get(isGateFirst) ?? startFront({ endpoint, account, now: clock.now, gateOrder })
      fronts.set(isGateFirst, front)
      return front
    },
  }
  await operator.bootstrap('us-east-1', 'us-east-2')
}, maxTestMs)

afterAll(async () => {
  for (const front of fronts.values()) await (await front).close()
  await operator?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(missingPython !== undefined)('once prove on a deployment on MiniStack', { timeout: maxTestMs }, () => {
  test('the deployment that it asks', async () => {
    const { code, said, noted } = await once({}, ['deploy', '--yes'])
    expect(code, `${said}\n${noted}`).toBe(0)
  })

  test('where AWS does what the deployment relies on, each answer is yes', async () => {
    const { code, said, noted } = await prove({ range: ['5', '9'] })
    for (const id of ['signature', 'bucket', 'gate', 'client-header', 'homes', 'replica-policies', 'access-log'])
      expect(said, noted).toMatch(line('yes', id))
    expect(said).toMatch(line('signature first', 'gate-order'))
    expect(said).not.toMatch(new RegExp(`${account}|/d/|Signature=|cloudfront\\.net`))
    expect(code, said).toBe(0)
  })

  test.each<readonly [string, Behaviour, readonly RegExp[], number]>([
    [
      'CloudFront refuses the signature',
      { refusesSignature: true },
      [line('no', 'signature', "keySpec: 'RSA-2048'"), line('yes', 'bucket', 'an error page')],
      1,
    ],
    ['the gate comes first', { gateFirst: true }, [line('gate first', 'gate-order', 'sees'), line('yes', 'gate')], 0],
    ['a header does not arrive', { drops: 'once-client' }, [line('no', 'client-header', 'gate: false')], 1],
    ['a cookie does not arrive', { drops: 'cookie' }, [line('no', 'gate', 'gate: false')], 1],
    ['redirects lose cookies', { losesCookie: true }, [line('no', 'gate', 'without its cookie')], 1],
    ['the log has another range', { range: ['-', '-'] }, [line('no', 'access-log', 'events: true')], 0],
    ['no log arrives', {}, [line('not tried', 'access-log', 'no entry arrived in time')], 0],
  ])('%s', async (_, behaviour, lines, expected) => {
    const { code, said } = await prove(behaviour)
    for (const each of lines) expect(said).toMatch(each)
    expect(code, said).toBe(expected)
  })

  test('a person who types the code of the file that arrived is a yes, another is a no', async () => {
    const opener = (headers: boolean) => async (question: string) => {
      if (question.startsWith('A browser')) return asked++ === 0 ? 'Chromium here' : ''
      return headers ? codeOf(question) : 'WRONG'
    }
    let asked = 0
    const good = await prove({}, [], { ask: opener(true) })
    expect(good.said).toMatch(line('yes', 'cookie', 'Chromium here: yes'))
    asked = 0
    expect((await prove({}, [], { ask: opener(false) })).said).toMatch(
      line('no', 'cookie', 'Chromium here: no -> .*bind client'),
    )
  })

  test('a replica without its policy is a no', async () => {
    const client = new DynamoDBClient({ endpoint: operator.ministack.endpoint, region: 'us-east-2' })
    const ResourceArn = `arn:aws:dynamodb:us-east-2:${account}:table/once-links`
    const { links } = { links: await operator.ports.aws?.tables.describe('once-links', 'us-east-2') }
    await client.send(new DeleteResourcePolicyCommand({ ResourceArn }))
    const { code, said } = await prove({})
    expect(said).toMatch(line('no', 'replica-policies', 'us-east-2 .*-> once doctor'))
    expect(code).toBe(1)
    await client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: links?.policy ?? '' }))
  })

  const also = ['--also', 'ipv6,memory,strong,plan,logs', '--yes']

  test('throw-away resources answer yes, and none is left', async () => {
    const report = join(folder, 'report.md')
    const behaviour = { viewerIp: '2001:db8::8a2e:370:7334', logs: { data: 'once-prove' } }
    const { code, said, noted } = await prove(behaviour, [...also, '--report', report])
    expect(said, noted).toMatch(line('lower case, compressed, no leading zeros', 'ipv6-spelling'))
    expect(said).toMatch(line('yes', 'memory'))
    expect(said).toMatch(line('yes', 'continents'))
    expect(said).toMatch(line('yes', 'plan'))
    expect(said).toMatch(line('within \\d+ minutes', 'log-data'))
    expect(said).toMatch(line('not tried', 'refused-writes', 'no metric'))
    expect(readFileSync(report, 'utf8')).toContain('## once prove, ')
    expect(code, said).toBe(0)
    const { said: doctor } = await once({}, ['doctor'])
    expect(doctor).toMatch(/: 0 fail, 0 warn/)
  })

  test('another spelling of IPv6, and a log without the text of the function', async () => {
    const behaviour = { viewerIp: '2001:0DB8:0000:0000:0000:8A2E:0370:7334', logs: { data: '-' } }
    const { said } = await prove(behaviour, ['--also', 'ipv6,logs', '--yes'])
    expect(said).toMatch(line('upper case, not compressed, zeros kept', 'ipv6-spelling'))
    expect(said).toMatch(line('no', 'log-data', 'without the text'))
  })

  test('what AWS refuses is a no that names a way around, and none is left', async () => {
    refuse({
      'AWS::CloudFront::Distribution': 'The memory size of the function is larger than 128',
      'AWS::DynamoDB::GlobalTable': 'Multi-Region strong consistency is not supported in these Regions',
      'AWS::PricingPlanManager::Subscription': 'The plan does not allow a viewer-response function',
    })
    const { code, said } = await prove({}, ['--also', 'memory,strong', '--yes'])
    expect(said).toMatch(line('no', 'memory', 'larger than 128 -> edgeMemory: 128'))
    expect(said).toMatch(line('no', 'continents', "not supported in these Regions -> mode: 'strong'"))
    refuse({ 'AWS::PricingPlanManager::Subscription': 'The plan does not allow a viewer-response function' })
    const plan = await prove({}, ['--also', 'plan', '--yes'])
    expect(plan.said).toMatch(line('no', 'plan', 'viewer-response function -> use no plan'))
    refuse({})
    expect(code).toBe(0)
    expect((await once({}, ['prove', '--clean'])).said).toBe('no throw-away resource is left')
  })
})

/** Opens the link of a question as a browser does that keeps cookies, and returns the code in the file. */
async function codeOf(question: string): Promise<string> {
  const [link = ''] = /https:\/\/\S+/.exec(question) ?? []
  const client = viewerOf(site, {})
  const signal = new AbortController().signal
  const headers = { accept: 'text/html', 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }
  const redirect = await client.send({ method: 'GET', url: link, headers, signal })
  redirect.end()
  const cookie = /__Secure-once-[\w-]+=[\w-]+/.exec(redirect.header('set-cookie') ?? '')?.[0] ?? ''
  const url = new URL(redirect.header('location') ?? '', link).href
  const file = await client.send({ method: 'GET', url, headers: { ...headers, cookie }, signal })
  return /The code is (\w+)/.exec(await file.text())?.[1] ?? ''
}
