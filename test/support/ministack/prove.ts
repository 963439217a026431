import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import type { HttpClient } from '../../../cli/ports/links.ts'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import { onceHere, type Outcome } from '../cli/once-here.ts'
import type { Deployed } from './life/deployed.ts'
import { account } from './ministack.ts'
import type { Operator } from './operator.ts'

/** A line of the command: a verdict, the id of a question, and some of what was seen. */
function line(verdict: string, id: string, text = ''): RegExp {
  return new RegExp(`^${verdict} +${id} +.*${text}`, 'm')
}

const accessLogs = `once-access-logs-${account}-us-east-1-an`

/** Registers a test of `once prove` on a deployment of profile standard. */
export function provesItself(get: () => Deployed): void {
  test('once prove answers yes where AWS does what the deployment relies on, also with throw-away resources, and leaves none', async () => {
    const { operator } = get()
    const { endpoint, folder } = operator.ministack
    const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true })
    // The log of a deployment with accessLogs, for some questions.
    await s3.send(new CreateBucketCommand({ Bucket: accessLogs }))
    const report = join(folder, 'report.md')
    const also = ['--also', 'ipv6,memory,strong,plan,logs', '--yes', '--report', report]
    // curl would look for hosts of AWS.
    const ports = { http: await viewerOf(operator), programs: { run: async () => undefined } }
    const { code, said, noted } = await once(get(), ['prove', '--wait', '0', '-c', 'accessLogs=true', ...also], ports)
    const relied = ['signature', 'bucket', 'refusals', 'file-name', 'gate', 'client-header', 'homes', 'replication']
    for (const id of [...relied, 'send-page', 'memory', 'continents', 'plan'])
      expect(said, noted).toMatch(line('yes', id))
    // The front answers 403 as the policy of the bucket says; of S3 this says nothing.
    expect(said).toMatch(line('403', 'deleted-version', 'as one of our error pages'))
    expect(said).toMatch(line('signature first', 'gate-order'))
    // MiniStack writes no access logs, and makes no metrics of lines.
    for (const id of ['access-log', 'log-data', 'edge-metrics', 'refused-writes'])
      expect(said).toMatch(line('not tried', id, '(in time|no log group|no metric)'))
    expect(said).toMatch(line('not tried', 'ipv6-spelling', 'over IPv4'))
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

/** Returns a client that reaches what the front serves, which is no throw-away distribution: that one finds a viewer over IPv4. */
async function viewerOf({ ports: { aws, http } }: Operator): Promise<HttpClient> {
  const stack = await aws?.stacks.describe('once-us-east-1', 'us-east-1')
  const served = new Set(['LinkOrigin', 'SendPageUrl'].map(name => URL.parse(stack?.outputs[name] ?? '')?.host))
  return {
    async fetch(url, init) {
      if (http === undefined || !served.has(new URL(url).host))
        return new Response('IPv4', { headers: { 'x-amz-cf-id': 'a' } })
      return http.fetch(url, init)
    },
  }
}

function once(
  { operator, context }: Deployed,
  args: readonly string[],
  ports: Partial<DeploymentPorts>,
): Promise<Outcome> {
  return onceHere([...args, ...context.flatMap(each => ['-c', each])], { ...operator.ports, ...ports })
}
