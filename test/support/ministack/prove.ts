import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { http } from '../../../cli/adapters/http.ts'
import type { HttpClient } from '../../../cli/ports/links.ts'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import { onceHere, type Outcome } from '../cli/once-here.ts'
import type { Deployed } from './life/deployed.ts'
import { account } from './ministack.ts'
import type { Operator } from './operator.ts'
import type { PageLogin } from './send-page.ts'

/** A line of the command: a verdict, the id of a question, and some of what was seen. */
function line(verdict: string, id: string, text = ''): RegExp {
  return new RegExp(`^${verdict} +${id} +.*${text}`, 'm')
}

/** Registers a test of `once prove` on a deployment of profile standard with a page for senders. */
export function provesItself(get: () => Deployed, login: PageLogin): void {
  test('once prove answers yes where AWS does what the deployment relies on, also with throw-away resources, and leaves none', async () => {
    const { operator } = get()
    const report = join(operator.ministack.folder, 'report.md')
    const also = ['--also', 'ipv6,memory,strong,plan', '--yes', '--report', report]
    // curl would look for hosts of AWS.
    const ports = { http: await viewerOf(operator, login), programs: { run: async () => undefined } }
    const { code, said, noted } = await once(get(), ['prove', '--wait', '0', ...also], ports)
    const relied = ['signature', 'bucket', 'refusals', 'file-name', 'gate', 'client-header', 'homes', 'replication']
    const ofPage = ['upload-checksum', 'upload-cors', 'upload-link', 'send-page', 'login']
    for (const id of [...relied, ...ofPage, 'drift', 'memory', 'continents', 'plan'])
      expect(said, noted).toMatch(line('yes', id))
    expect(said).toMatch(line('in ms', 'round-trips', 'us-east-2 \\d+ ms'))
    // The front answers 403 as the policy of the bucket says; of S3 this says nothing.
    expect(said).toMatch(line('403', 'deleted-version', 'as one of our error pages'))
    expect(said).toMatch(line('signature first', 'gate-order'))
    // MiniStack writes no access logs, and makes no metrics of lines.
    for (const id of ['delivery', 'edge-metrics', 'events'])
      expect(said).toMatch(line('not tried', id, '(in time|no log group|not counted)'))
    expect(said).toMatch(line('not tried', 'ipv6-spelling', 'over IPv4'))
    const reported = readFileSync(report, 'utf8')
    expect(reported).toContain('## once prove, ')
    for (const text of [said, reported])
      expect(text).not.toMatch(new RegExp(`${account}|/d/|Signature=|cloudfront\\.net`))
    expect(code, said).toBe(0)
    const cleaned = await once(get(), ['prove', '--clean'], {})
    expect(cleaned).toMatchObject({ code: 0, said: 'no throw-away resource is left' })
  })
}

/**
 * Returns a client that reaches what the front serves, S3, and the page's provider; a throw-away distribution finds a viewer over IPv4.
 */
async function viewerOf({ ports, ministack }: Operator, { issuer }: PageLogin): Promise<HttpClient> {
  const stack = await ports.aws?.stacks.describe('once-us-east-1', 'us-east-1')
  const urls = [ministack.endpoint, ...['LinkOrigin', 'SendPageUrl'].map(name => stack?.outputs[name] ?? '')]
  const served = new Set(urls.map(each => URL.parse(each)?.host))
  return {
    async fetch(url, init) {
      const { origin, host } = new URL(url)
      if (served.has(host) && ports.http !== undefined) return ports.http.fetch(url, init)
      return origin === issuer ? http.fetch(url, init) : new Response('IPv4')
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
