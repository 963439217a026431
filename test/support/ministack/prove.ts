import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeleteResourcePolicyCommand, DynamoDBClient, PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, describe, expect, test } from 'vitest'
import type { Ports } from '../../../cli/ports/ports.ts'
import type { Programs } from '../../../cli/ports/programs.ts'
import { onceHere, type Outcome } from '../cli/once-here.ts'
import { type Front, startFront } from './front.ts'
import type { Deployed } from './life/deployed.ts'
import { account } from './ministack.ts'
import { type Behaviour, viewerOf, type ViewerSite } from './prove-viewer.ts'

/** A line of the command: a verdict, the id of a question, and some of what was seen. */
function line(verdict: string, id: string, text = ''): RegExp {
  return new RegExp(`^${verdict} +${id} +.*${text}`, 'm')
}

const accessLogs = `once-access-logs-${account}-us-east-1-an`

/** Registers tests of `once prove` on a deployment of profile standard: each answer that a distribution or AWS can give. */
export function provesItself(get: () => Deployed): void {
  describe('once prove', () => answersBothWays(get))
}

function answersBothWays(get: () => Deployed): void {
  const fronts = new Map<boolean, Promise<Front>>()
  const site = (): ViewerSite => siteOf(get(), fronts)
  const prove = (behaviour: Behaviour, args: readonly string[] = [], ports: Partial<Ports> = {}) =>
    once(get(), ['prove', '--wait', '0', ...args], { http: viewerOf(site(), behaviour), ...ports })
  const s3 = () =>
    new S3Client({ endpoint: get().operator.ministack.endpoint, region: 'us-east-1', forcePathStyle: true })
  afterAll(async () => {
    for (const front of fronts.values()) await (await front).close()
  })
  const logs = ['-c', 'accessLogs=true']

  test('where AWS does what the deployment relies on, once prove answers yes', async () => {
    // The log of a deployment with accessLogs, for some questions.
    await s3().send(new CreateBucketCommand({ Bucket: accessLogs }))
    const ports = { ask: person(site), programs: curl(site, {}) }
    const { code, said, noted } = await prove({ range: ['5', '9'], brokenOff: 'ClientCommError' }, logs, ports)
    const relied = ['signature', 'bucket', 'refusals', 'file-name', 'gate', 'client-header', 'homes', 'replication']
    for (const id of [...relied, 'replica-policies', 'access-log']) expect(said, noted).toMatch(line('yes', id))
    // The front answers 403 as the policy of the bucket says; of S3 this says nothing. MiniStack makes no metrics of lines.
    expect(said).toMatch(line('403', 'deleted-version', 'as one of our error pages'))
    expect(said).toMatch(line('not tried', 'edge-metrics', '(in time|no log group)'))
    expect(said).toMatch(line('signature first', 'gate-order'))
    expect(said).toMatch(line('ClientCommError', 'access-log-broken-off'))
    expect(said).toMatch(line('yes', 'client-header-curl'))
    expect(said).toMatch(line('yes', 'cookie', 'Chromium: yes'))
    expect(said).not.toMatch(new RegExp(`${account}|/d/|Signature=|cloudfront\\.net`))
    expect(code, said).toBe(0)
  })

  test('where the gate is first, and logs, curl and a person say no', async () => {
    const ports = { ask: person(site, 'WRONG'), programs: curl(site, { drops: 'once-client' }) }
    const { code, said } = await prove({ gateFirst: true, range: ['-', '-'] }, logs, ports)
    expect(said).toMatch(line('gate first', 'gate-order', 'sees'))
    expect(said).toMatch(line('yes', 'gate'))
    expect(said).toMatch(line('no', 'access-log', 'events: true'))
    expect(said).toMatch(line('no', 'client-header-curl', 'Accept: application/json'))
    expect(said).toMatch(line('no', 'cookie', 'Chromium: no -> .*bind client'))
    expect(code, said).toBe(1)
  })

  test('where a header and cookies get lost, and a replica has no policy', async () => {
    const restore = await withoutPolicy(get())
    const { code, said } = await prove({ drops: 'once-client', losesCookie: true }, logs)
    await restore()
    expect(said).toMatch(line('no', 'client-header', 'gate: false'))
    expect(said).toMatch(line('no', 'gate', 'without its cookie.*gate: false'))
    expect(said).toMatch(line('no', 'replica-policies', 'us-east-2 .*-> once doctor'))
    expect(said).toMatch(line('not tried', 'access-log', 'no entry arrived in time'))
    expect(code, said).toBe(1)
  })

  test('throw-away resources answer yes, and none is left', async () => {
    const report = join(get().operator.ministack.folder, 'report.md')
    const behaviour = { drops: 'cookie', viewerIp: '2001:db8::8a2e:370:7334', logs: { data: 'once-prove' } } as const
    const { said, noted } = await prove(behaviour, [
      '--also',
      'ipv6,memory,strong,plan,logs',
      '--yes',
      '--report',
      report,
    ])
    expect(said, noted).toMatch(line('no', 'gate', 'also with the cookie'))
    expect(said).toMatch(line('lower case, compressed, no leading zeros', 'ipv6-spelling'))
    for (const id of ['memory', 'continents', 'plan']) expect(said).toMatch(line('yes', id))
    expect(said).toMatch(line('within \\d+ minutes', 'log-data'))
    expect(said).toMatch(line('not tried', 'refused-writes', 'no metric'))
    expect(readFileSync(report, 'utf8')).toContain('## once prove, ')
  })

  test('what AWS refuses is a no that names a way around, and nothing is left', async () => {
    get().operator.ministack.refuse({
      'AWS::CloudFront::Distribution': 'The memory size of the function is larger than 128',
      'AWS::DynamoDB::GlobalTable': 'Multi-Region strong consistency is not supported in these Regions',
    })
    const { code, said } = await prove({ refusesSignature: true }, ['--also', 'memory,strong', '--yes'])
    expect(said).toMatch(line('no', 'signature', "keySpec: 'RSA-2048'"))
    expect(said).toMatch(line('yes', 'bucket', 'an error page'))
    expect(said).toMatch(line('not tried', 'gate', 'not by the gate'))
    expect(said).toMatch(line('no', 'memory', 'larger than 128 -> edgeMemory: 128'))
    expect(said).toMatch(line('no', 'continents', "not supported in these Regions -> mode: 'strong'"))
    expect(code).toBe(1)
  })

  test('another spelling of IPv6, a log without the text of the function, and a plan that AWS refuses', async () => {
    get().operator.ministack.refuse({
      'AWS::PricingPlanManager::Subscription': 'The plan does not allow a viewer-response function',
    })
    const behaviour = { viewerIp: '2001:0DB8:0000:0000:0000:8A2E:0370:7334', logs: { data: '-' } }
    const { said } = await prove(behaviour, ['--also', 'ipv6,logs,plan', '--yes'])
    get().operator.ministack.refuse({})
    expect(said).toMatch(line('upper case, not compressed, zeros kept', 'ipv6-spelling'))
    expect(said).toMatch(line('no', 'log-data', 'without the text'))
    expect(said).toMatch(line('no', 'plan', 'viewer-response function -> use no plan'))
    const { code, said: cleaned } = await once(get(), ['prove', '--clean'], {})
    expect({ code, cleaned }).toEqual({ code: 0, cleaned: 'no throw-away resource is left' })
    await get().operator.ports.aws?.buckets.emptySome(accessLogs, 'us-east-1')
    await s3().send(new DeleteBucketCommand({ Bucket: accessLogs }))
  })
}

function siteOf({ operator, clock }: Deployed, fronts: Map<boolean, Promise<Front>>): ViewerSite {
  const { endpoint } = operator.ministack
  return {
    endpoint,
    front(isGateFirst) {
      const gateOrder = isGateFirst ? 'before-signature' : 'after-signature'
      const front = fronts.get(isGateFirst) ?? startFront({ endpoint, account, now: clock.now, gateOrder })
      fronts.set(isGateFirst, front)
      return front
    },
  }
}

function once({ operator, context }: Deployed, args: readonly string[], ports: Partial<Ports>): Promise<Outcome> {
  return onceHere([...args, ...context.flatMap(each => ['-c', each])], { ...operator.ports, ...ports })
}

/** Takes the policy of a replica away; returns how to give it back. */
async function withoutPolicy({ operator }: Deployed): Promise<() => Promise<unknown>> {
  const client = new DynamoDBClient({ endpoint: operator.ministack.endpoint, region: 'us-east-2' })
  const ResourceArn = `arn:aws:dynamodb:us-east-2:${account}:table/once-links`
  const table = await operator.ports.aws?.tables.describe('once-links', 'us-east-2')
  await client.send(new DeleteResourcePolicyCommand({ ResourceArn }))
  return () => client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: table?.policy ?? '' }))
}

/** A person with one browser, who types the code of the file that arrived, or `typed`. */
function person(site: () => ViewerSite, typed?: string): Ports['ask'] {
  const browsers = ['Chromium']
  return async question => {
    if (question.startsWith('A browser')) return browsers.shift() ?? ''
    return typed ?? codeBehind(/https:\/\/\S+/.exec(question)?.[0] ?? '', site())
  }
}

/** Opens a link as a browser does that keeps cookies, and returns the code in the file. */
async function codeBehind(link: string, site: ViewerSite): Promise<string> {
  const client = viewerOf(site, {})
  const { signal } = new AbortController()
  const headers = { accept: 'text/html', 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }
  const redirect = await client.send({ method: 'GET', url: link, headers, signal })
  redirect.end()
  const cookie = /__Secure-once-[\w-]+=[\w-]+/.exec(redirect.header('set-cookie') ?? '')?.[0] ?? ''
  const url = new URL(redirect.header('location') ?? '', link).href
  const file = await client.send({ method: 'GET', url, headers: { ...headers, cookie }, signal })
  return /The code is (\w+)/.exec(await file.text())?.[1] ?? ''
}

/** What curl does with such a configuration: names of hosts resolve for this process only. */
function curl(site: () => ViewerSite, behaviour: Behaviour): Programs {
  return {
    async run(_, args, { input, signal }) {
      expect(args.join(' ')).not.toContain('/d/')
      const url = /url = "(.+)"/.exec(input)?.[1] ?? ''
      const headers = { 'once-client': /Once-Client: (.+)"/.exec(input)?.[1] ?? '' }
      const client = viewerOf(site(), behaviour)
      const redirect = await client.send({ method: 'GET', url, headers, signal })
      redirect.end()
      const location = new URL(redirect.header('location') ?? '', url).href
      const file = await client.send({ method: 'GET', url: location, headers, signal })
      file.end()
      return { code: 0, output: `${file.status} 1` }
    },
  }
}
