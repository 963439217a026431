import { describe, expect, onTestFinished, test } from 'vitest'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { type CloudFront, loadCloudFront, start } from './cloudfront-probes.ts'

// Rules of CloudFront, as AWS's pages have them, on which deployments depend. Each is tried, and taken out of a copy of the emulator, which
// must be noticed.

/** What the emulator's CloudFront imports. */
const folders = ['emulator', 'console', 'edge', 'shared']

/** A rule: what to try, and what it gives. Its removal replaces a text in a file of the emulator's CloudFront. */
interface Rule {
  readonly rule: string
  readonly try: (cloudfront: CloudFront) => unknown
  readonly gives: unknown
  readonly without: readonly [file: string, find: string, replace: string]
}

const example = 'https://www.example.com'

/** Of the pages "Create a signed URL using a custom policy" and "Choose between signed URLs and signed cookies". */
const ofSignatures: readonly Rule[] = [
  {
    rule: 'a wildcard stays within its section',
    try: c => c.signed({ resource: `${example}/hello*world`, url: `${example}/hello?world` }),
    gives: 'AccessDenied',
    without: [
      'policy',
      'return readings.some(pattern => covers(pattern, sectionsOf(url)))',
      'return matches(resource, url)',
    ],
  },
  {
    rule: 'an asterisk at the end of the path covers the query',
    try: c => c.signed({ resource: `${example}/hello*`, url: `${example}/hello-world?x=1` }),
    gives: 'granted',
    without: ['policy', " || pattern.path.endsWith('*')", ''],
  },
  {
    rule: 'a policy has one statement',
    try: c => c.signed({ statements: 2 }),
    gives: 'MalformedPolicy',
    without: ['policy', 'Statement: v.strictTuple([', 'Statement: v.looseTuple(['],
  },
  {
    rule: 'the end itself is too late',
    try: c => [59, 60].map(later => c.signed({ at: start + later })),
    gives: ['granted', 'AccessDenied'],
    without: [
      'signed-request',
      'if (hasPassed(policy.before, now))',
      'if (hasPassed((policy.before + 1) as EpochSeconds, now))',
    ],
  },
  {
    rule: 'a signed URL comes before cookies',
    try: c => c.signed({ by: 'cookies', url: `${example}/a?Policy=x` }),
    gives: 'MissingKey',
    without: ['signed-request', 'if (isSignedUrl) return', "if (isSignedUrl && request.cookies === '') return"],
  },
  {
    rule: 'SHA-1 unless SHA256 is named',
    try: c => [
      c.signed({}),
      c.signed({ named: 'SHA1' }),
      c.signed({ hash: 'SHA256', named: 'SHA256' }),
      c.signed({ hash: 'SHA256' }),
      c.signed({ named: 'SHA512' }),
    ],
    gives: ['granted', 'granted', 'granted', 'AccessDenied', 'AccessDenied'],
    without: [
      'signed-request',
      "if (algorithm === undefined || algorithm === 'SHA1') return 'sha1'",
      "if (algorithm === 'SHA1') return 'sha1'\n  if (algorithm === undefined) return 'sha256'",
    ],
  },
]

/** The status of the response if the function of `/d/*` returns this. */
const statusOf = async (c: CloudFront, generated: object) => (await (await c.site({ generated })).ask('/d/x')).status

/** What a function on viewer requests sees of a request, as JSON; it runs before the signature is checked. */
async function seenBy(c: CloudFront, part: string, head: readonly string[]): Promise<unknown> {
  const gate = `return {statusCode:200,body:JSON.stringify(event.request.${part})}`
  const site = await c.site({ gate, gateOrder: 'before-signature' })
  const answer = await site.raw(`${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n`)
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))
}

/** Of the pages "Restrictions on all edge functions", "Generate HTTP responses in request triggers" and "CloudFront Functions event structure". */
const ofFunctions: readonly Rule[] = [
  {
    rule: 'functions set no X-Real-IP',
    try: c => statusOf(c, { status: '200', headers: { 'x-real-ip': [{ key: 'X-Real-IP', value: 'x' }] } }),
    gives: 502,
    without: ['quotas', "  'x-real-ip',\n", ''],
  },
  {
    rule: 'functions respond with 40 KB',
    try: async c => [
      await statusOf(c, { status: '200', body: 'x'.repeat(40_960) }),
      await statusOf(c, { status: '200', body: 'x'.repeat(40_961) }),
    ],
    gives: [200, 502],
    without: ['quotas', 'maxResponseBytes = 40_960', 'maxResponseBytes = 1_048_576'],
  },
  {
    rule: 'functions see no hop-by-hop headers',
    try: async c => {
      const site = await c.site()
      await site.ask('/d/x', { headers: { 'Keep-Alive': 'x', 'X-Shown': 'x', Connection: 'close' } })
      return Object.keys(site.events[0]?.Records[0]?.cf.request.headers ?? {})
    },
    gives: ['x-shown', 'host'],
    without: [
      'event-text',
      '.filter(({ key }) => !isDisallowed(key.toLowerCase()))',
      '.filter(({ key }) => !isDisallowed(key))',
    ],
  },
  {
    rule: 'the first of several values is in multiValue',
    try: c => seenBy(c, 'headers.accept', ['GET /f HTTP/1.1', 'Host: a', 'Accept: text/html', 'Accept: text/plain']),
    gives: { value: 'text/html', multiValue: [{ value: 'text/html' }, { value: 'text/plain' }] },
    without: ['gate', '?? [{ value: entry.value }]', '?? []'],
  },
]

/** Of the page "Manage how long content stays in the cache", and of that of requests and responses of S3. */
const ofCaches: readonly Rule[] = [
  {
    rule: 'a 403 is not cached by itself',
    try: c => [c.ttl(403), c.ttl(403, 'public'), c.ttl(403, 'max-age=60')],
    gives: [0, 0, 60],
    without: ['cache-policy', 'new Set([400, 403,', 'new Set([400,'],
  },
  {
    rule: 'an expired copy is served for the maximum TTL',
    try: async c => {
      let status = 200
      const site = await c.site({ cache: { defaultTtl: 60, maxTtl: 60 }, object: () => ({ status }) })
      const first = await site.ask('/f')
      status = 503
      const statuses = [first.status]
      for (const seconds of [61, 58, 2]) {
        site.advance(seconds)
        statuses.push((await site.ask('/f')).status)
      }
      return statuses
    },
    gives: [200, 200, 200, 503],
    without: ['cache', ' && entry.staleUntil > now()', ''],
  },
  {
    rule: 'simultaneous requests get one response',
    try: async c => {
      const site = await c.site({ together: 2 })
      await Promise.all(['/f', '/f?x=1'].map(target => site.ask(target)))
      return site.requests.length
    },
    gives: 1,
    without: ['shared-response', 'if (others !== undefined) {', "if (others !== undefined && name === '') {"],
  },
  {
    rule: 'paths are normalized',
    try: async c => {
      const site = await c.site()
      await site.ask('/a/..//d//x')
      return site.events.length
    },
    gives: 1,
    without: ['distribution', ".pathname.replace(/\\/+/g, '/')", '.pathname'],
  },
  {
    rule: 'a GET has no body',
    try: async c => {
      const site = await c.site()
      const { status } = await site.ask('/f', { body: 'x', headers: { 'Content-Length': '1' } })
      return [status, site.requests.length]
    },
    gives: [403, 0],
    without: ['distribution', "method === 'GET' && hasBody", 'false && hasBody'],
  },
  {
    rule: 'viewers get no request id of S3',
    try: async c => {
      const headers = { 'x-amz-id-2': 'a', 'x-amz-request-id': 'b', 'set-cookie': 'c=d', 'content-type': 'text/plain' }
      const answer = await (await c.site({ object: () => ({ headers }) })).ask('/f')
      return Object.keys(headers).filter(name => answer.headers[name] !== undefined)
    },
    gives: ['content-type'],
    without: ['content', "'x-amz-request-id': __, ", ''],
  },
]

describe.each([...ofSignatures, ...ofFunctions, ...ofCaches])('$rule', ({ rule, without, ...line }) => {
  test('in the emulator’s CloudFront', async () => {
    expect(await line.try(await loadCloudFront())).toEqual(line.gives)
  })

  test('and a copy without this rule is noticed', async () => {
    const [file, find, replace] = without
    const root = await brokenCopy(rule, [{ file: `emulator/cloudfront/${file}.ts`, find, replace }], folders)
    onTestFinished(() => removeCopy(root))
    expect(await line.try(await loadCloudFront(root))).not.toEqual(line.gives)
  })
})
