import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, onTestFinished, test } from 'vitest'
import type { CliPorts, DeploymentPorts } from '../../../cli/ports/ports.ts'
import type { Programs } from '../../../cli/ports/machine.ts'
import { onceHere, type Outcome } from '../cli/once-here.ts'
import { startFront } from './front.ts'
import type { Deployed } from './life/deployed.ts'
import { account } from './ministack.ts'
import { viewerOf, type ViewerSite } from './prove-viewer.ts'

/** A line of the command: a verdict, the id of a question, and some of what was seen. */
function line(verdict: string, id: string, text = ''): RegExp {
  return new RegExp(`^${verdict} +${id} +.*${text}`, 'm')
}

const accessLogs = `once-access-logs-${account}-us-east-1-an`

/** Registers a test of `once prove` on a deployment of profile standard. */
export function provesItself(get: () => Deployed): void {
  test('once prove answers yes where AWS does what the deployment relies on, also with throw-away resources, and leaves none', async () => {
    const { operator, clock } = get()
    const { endpoint, folder } = operator.ministack
    const front = await startFront({ endpoint, account, now: clock.now })
    onTestFinished(() => front.close())
    const site = { endpoint, front }
    const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true })
    // The log of a deployment with accessLogs, for some questions.
    await s3.send(new CreateBucketCommand({ Bucket: accessLogs }))
    const report = join(folder, 'report.md')
    const also = ['--also', 'ipv6,memory,strong,plan,logs', '--yes', '--report', report]
    const ports = { ask: person(site), programs: curl(site), http: viewerOf(site) }
    const { code, said, noted } = await once(get(), ['prove', '--wait', '0', '-c', 'accessLogs=true', ...also], ports)
    const relied = ['signature', 'bucket', 'refusals', 'file-name', 'gate', 'client-header', 'homes', 'replication']
    const trials = ['memory', 'continents', 'plan']
    for (const id of [...relied, 'replica-policies', 'access-log', ...trials])
      expect(said, noted).toMatch(line('yes', id))
    // The front answers 403 as the policy of the bucket says; of S3 this says nothing. MiniStack makes no metrics of lines.
    expect(said).toMatch(line('403', 'deleted-version', 'as one of our error pages'))
    expect(said).toMatch(line('not tried', 'edge-metrics', '(in time|no log group)'))
    expect(said).toMatch(line('not tried', 'refused-writes', 'no metric'))
    expect(said).toMatch(line('signature first', 'gate-order'))
    expect(said).toMatch(line('ClientCommError', 'access-log-broken-off'))
    expect(said).toMatch(line('yes', 'client-header-curl'))
    expect(said).toMatch(line('yes', 'cookie', 'Chromium: yes'))
    expect(said).toMatch(line('lower case, compressed, no leading zeros', 'ipv6-spelling'))
    expect(said).toMatch(line('within \\d+ minutes', 'log-data'))
    const reported = readFileSync(report, 'utf8')
    expect(reported).toContain('## once prove, ')
    for (const text of [said, reported])
      expect(text).not.toMatch(new RegExp(`${account}|/d/|Signature=|cloudfront\\.net`))
    expect(code, said).toBe(0)
    const cleaned = await once(get(), ['prove', '--clean'], {})
    expect(cleaned).toMatchObject({ code: 0, said: 'no throw-away resource is left' })
    await operator.ports.aws?.buckets.emptySome(accessLogs, 'us-east-1')
    await s3.send(new DeleteBucketCommand({ Bucket: accessLogs }))
  })
}

function once(
  { operator, context }: Deployed,
  args: readonly string[],
  ports: Partial<DeploymentPorts>,
): Promise<Outcome> {
  return onceHere([...args, ...context.flatMap(each => ['-c', each])], { ...operator.ports, ...ports })
}

/** A person with one browser, who types the code of the file that arrived. */
function person(site: ViewerSite): CliPorts['ask'] {
  const browsers = ['Chromium']
  return async question => {
    if (question.startsWith('A browser')) return browsers.shift() ?? ''
    return codeBehind(/https:\/\/\S+/.exec(question)?.[0] ?? '', site)
  }
}

/** Opens a link as a browser does that keeps cookies, and returns the code in the file. */
async function codeBehind(link: string, site: ViewerSite): Promise<string> {
  const client = viewerOf(site)
  const headers = { accept: 'text/html', 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }
  const redirect = await client.fetch(link, { headers })
  await redirect.body?.cancel()
  const cookie = /__Secure-once-[\w-]+=[\w-]+/.exec(redirect.headers.get('set-cookie') ?? '')?.[0] ?? ''
  const url = new URL(redirect.headers.get('location') ?? '', link).href
  const file = await client.fetch(url, { headers: { ...headers, cookie } })
  return /The code is (\w+)/.exec(await file.text())?.[1] ?? ''
}

/** What curl does with such a configuration: names of hosts resolve for this process only. */
function curl(site: ViewerSite): Programs {
  return {
    async run(_, args, { input, signal }) {
      expect(args.join(' ')).not.toContain('/d/')
      const url = /url = "(.+)"/.exec(input)?.[1] ?? ''
      const headers = { 'once-client': /Once-Client: (.+)"/.exec(input)?.[1] ?? '' }
      const client = viewerOf(site)
      const redirect = await client.fetch(url, { headers, signal })
      await redirect.body?.cancel()
      const location = new URL(redirect.headers.get('location') ?? '', url).href
      const file = await client.fetch(location, { headers, signal })
      await file.body?.cancel()
      return { code: 0, output: `${file.status} 1` }
    },
  }
}
