import {
  after,
  behaviour,
  canned,
  colours,
  condition,
  conditionalHeaders,
  cookieCovers,
  covers,
  d,
  disallowed,
  everything,
  exampleEvent,
  exampleRequest,
  expires,
  feb2,
  folder,
  from,
  functionSees,
  functionValue,
  generated,
  header,
  horizon,
  jan31,
  lambdaExample,
  oneFile,
  policy,
  respelled,
  sameResources,
  seenHeaders,
  sendable,
  sent,
  setCookies,
  signed,
  simultaneous,
  statusesAfter,
  ten,
  ttl,
  until,
  whileFailing,
  without,
  xCache,
  zero,
} from './examples.ts'
import type { CloudFront } from './probes.ts'

// What AWS documents about CloudFront, page by page, and what the emulator's CloudFront does. Read in November 2026, in a
// public copy of the pages.

/** One statement of a page: what to try, and what it gives if it is true. */
export interface DocumentedLine {
  /** Quoted, or in short. */
  readonly says: string
  readonly try: (cloudfront: CloudFront) => unknown
  readonly gives: unknown
}

/** One statement of a page that the emulator does not follow, and why nothing of ours depends on it. */
export interface Difference {
  readonly says: string
  readonly differs: string
}

/** A page and its lines. */
export interface DocumentedPage {
  /** Of https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/NAME.html, or an address. */
  readonly page: string
  readonly lines: readonly (DocumentedLine | Difference)[]
}

const line = (says: string, tried: DocumentedLine['try'], gives: unknown): DocumentedLine => ({
  says,
  try: tried,
  gives,
})
const difference = (says: string, differs: string): Difference => ({ says, differs })

const customPolicies: DocumentedPage = {
  page: 'private-content-creating-signed-url-custom-policy',
  lines: [
    line(
      'example "Access one file from a range of IP addresses", until January 31, 2023 10:00 AM UTC',
      c => ({
        inside: c.signed({ policy: oneFile, url: `${d}/game_download.zip`, ip: '192.0.2.255', at: jan31 - 1 }),
        outside: c.signed({ policy: oneFile, url: `${d}/game_download.zip`, ip: '192.0.3.0', at: jan31 - 1 }),
        later: c.signed({ policy: oneFile, url: `${d}/game_download.zip`, at: jan31 }),
        other: c.signed({ policy: oneFile, url: `${d}/game_download.zip2`, at: jan31 - 1 }),
      }),
      { inside: 'granted', outside: 'AccessDenied', later: 'AccessDenied', other: 'AccessDenied' },
    ),
    line(
      'example "Access all files in a directory from a range of IP addresses"',
      c => ({
        file: c.signed({ policy: folder, url: `${d}/training/orientation.pdf`, at: jan31 - 1 }),
        other: c.signed({ policy: folder, url: `${d}/trainings/orientation.pdf`, at: jan31 - 1 }),
      }),
      { file: 'granted', other: 'AccessDenied' },
    ),
    line(
      'example "Access all files associated with a key pair ID from one IP address": https, not http',
      c => ({
        file: c.signed({ policy: everything, url: `${d}/training/orientation.pdf` }),
        http: c.signed({ policy: everything, url: `${d.replace('https', 'http')}/training/orientation.pdf` }),
        neighbour: c.signed({ policy: everything, ip: '192.0.2.11' }),
        early: c.signed({ policy: everything, at: jan31 }),
        late: c.signed({ policy: everything, at: feb2 }),
      }),
      {
        file: 'granted',
        http: 'AccessDenied',
        neighbour: 'AccessDenied',
        early: 'AccessDenied',
        late: 'AccessDenied',
      },
    ),
    line(
      'You can include only one statement in the policy',
      signed({ policy: { Statement: [...everything.Statement, ...everything.Statement] } }),
      'MalformedPolicy',
    ),
    line(
      'Abbreviations for parameter names are not accepted',
      signed({ policy: { Statement: [{ Res: '*', Condition: until(feb2) }] } }),
      'MalformedPolicy',
    ),
    line(
      "The order of the parameters in the Condition section doesn't matter",
      c => [
        c.signed({ policy: policy('*', { ...until(feb2), ...from('192.0.2.10/32') }) }),
        c.signed({ policy: policy('*', { ...from('192.0.2.10/32'), ...until(feb2) }) }),
      ],
      ['granted', 'granted'],
    ),
    line(
      'Remove all empty spaces (including tabs and newline characters)',
      c => [' ', '\t', '\n'].map(space => c.signed({ policy: space + JSON.stringify(everything) })),
      ['MalformedPolicy', 'MalformedPolicy', 'MalformedPolicy'],
    ),
    line(
      'include a newline character after the closing brace',
      signed({ policy: `${JSON.stringify(everything)}\n` }),
      'granted',
    ),
    line(
      'Replace + by -, = by _, / by ~',
      c => [
        c.signed({ policy: everything }),
        c.signed({ policy: everything, change: respelled(text => text.replaceAll('_', '=').replaceAll('~', '/')) }),
        c.signed({ policy: everything, change: respelled(text => text.replaceAll('_', '')) }),
      ],
      ['granted', 'AccessDenied', 'AccessDenied'],
    ),
    line(
      'If you omit Resource, anyone with the signed URL can access all of the files',
      c => c.covers(undefined, `${d}/any`),
      true,
    ),
    line(
      "Resource with a query: don't escape the question mark that begins the query string",
      covers(`${d}/images/horizon.jpg?size=large&license=yes`, `${d}/images/horizon.jpg?size=large&license=yes`),
      true,
    ),
    line('*:// begins a Resource', covers('*://example.com/a', 'http://example.com/a'), true),
    line('asterisk (*) matches zero or more characters', covers(`${d}/a*b`, `${d}/ab`), true),
    line('question mark (?) matches exactly one character', covers(`${d}/a?b`, `${d}/axb`), true),
    line('question mark does not match no character', covers(`${d}/a?b`, `${d}/ab`), false),
    line(
      'hello*world matches helloworld',
      covers('https://www.example.com/hello*world', 'https://www.example.com/helloworld'),
      true,
    ),
    line(
      'hello*world matches hello-world',
      covers('https://www.example.com/hello*world', 'https://www.example.com/hello-world'),
      true,
    ),
    line(
      'hello*world does not match hello?world: a wildcard applies within its section',
      covers('https://www.example.com/hello*world', 'https://www.example.com/hello?world'),
      false,
    ),
    line(
      'a wildcard of the domain does not match a path',
      covers('https://*.example.com/x', 'https://evil.org/.example.com/x'),
      false,
    ),
    line(
      'A trailing asterisk in the path section implies an asterisk in the query string section',
      covers('http://example.com/hello*', 'http://example.com/hello-world?x=1'),
      true,
    ),
    line(
      'an asterisk inside of the path does not',
      covers('http://example.com/*lo', 'http://example.com/hello?x=1'),
      false,
    ),
    line(
      'A trailing asterisk in the domain section implies an asterisk in both the path and query string sections',
      covers('http://example.com*', 'http://example.com/hello?x=1'),
      true,
    ),
    line('*example.com is equivalent to *://*example.com/', sameResources('*example.com', '*://*example.com/'), []),
    line('*example.com covers its host', covers('*example.com', 'https://www.example.com/'), true),
    line('An asterisk by itself matches any URL', sameResources('*', '*://*'), []),
    ...['game_download.zip', 'example_game_download.zip?license=yes', 'test_game_download.zip?license=temp'].map(name =>
      line(`*game_download.zip* matches ${name}`, covers(`${d}/*game_download.zip*`, `${d}/${name}`), true),
    ),
    line(
      'Alternate domain names: the HTTP request must use the alternate domain name',
      covers('https://www.example.com/images/image.jpg', `${d}/images/image.jpg`),
      false,
    ),
    line('DateLessThan is required', condition({ ...from('192.0.2.10/32') }), 'MalformedPolicy'),
    line(
      'DateLessThan: do not enclose the value in quotation marks',
      condition({ DateLessThan: { 'AWS:EpochTime': String(feb2) } }),
      'MalformedPolicy',
    ),
    line(
      'DateGreaterThan: not allowed on or before the specified date and time',
      c => [0, 1].map(later => c.signed({ policy: policy('*', until(feb2, after(jan31))), at: jan31 + later })),
      ['AccessDenied', 'granted'],
    ),
    line(
      'To allow any IP address to access the file, omit the IpAddress parameter',
      condition(until(feb2), { ip: '2001:db8::1' }),
      'granted',
    ),
    line(
      "You can't use the policy to allow one of two separate ranges",
      condition(until(feb2, from(['192.0.2.0/24', '198.51.100.0/24']))),
      'MalformedPolicy',
    ),
    line('standard IPv4 CIDR format', condition(until(feb2, from('192.0.2.0/33'))), 'MalformedPolicy'),
    line(
      'IP addresses in IPv6 format are not supported',
      condition(until(feb2, from('2001:0db8:85a3::8a2e:0370:7334')), { ip: '2001:db8:85a3::8a2e:370:7334' }),
      'MalformedPolicy',
    ),
    line(
      "Hash-Algorithm: SHA1 or SHA256. If you don't specify this parameter, CloudFront defaults to SHA1",
      c => [
        c.signed({ policy: everything, hash: 'SHA1' }),
        c.signed({ policy: everything, hash: 'SHA1', change: values => ({ ...values, 'Hash-Algorithm': 'SHA1' }) }),
        c.signed({ policy: everything, hash: 'SHA256' }),
        c.signed({ policy: everything, hash: 'SHA256', change: without('Hash-Algorithm') }),
        c.signed({ policy: everything, change: values => ({ ...values, 'Hash-Algorithm': 'SHA512' }) }),
      ],
      ['granted', 'granted', 'granted', 'AccessDenied', 'AccessDenied'],
    ),
    line(
      'You can specify the query parameters in any order',
      signed({ policy: everything, change: values => Object.fromEntries(Object.entries(values).toReversed()) }),
      'granted',
    ),
    difference(
      'The value must begin with http://, https://, or *://',
      'http*:// covers both schemes, too: earlier versions of the page had it. The edge writes https://.',
    ),
  ],
}

const signatures: readonly DocumentedPage[] = [
  {
    page: 'private-content-creating-signed-url-canned-policy',
    lines: [
      line(
        'example: until January 1, 2026 10:00 am UTC, with the query of the URL',
        c => [1, 0].map(earlier => c.signed({ canned, at: canned.expires - earlier })),
        ['granted', 'AccessDenied'],
      ),
      line(
        'DateLessThan must match the value of the Expires query string parameter',
        signed({ canned, change: values => ({ ...values, Expires: String(canned.expires + 1) }) }),
        'AccessDenied',
      ),
      line(
        'If you have no query string parameters, omit the question mark',
        c => c.signed({ canned: { ...canned, url: `${d}/horizon.jpg` } }),
        'granted',
      ),
      difference(
        'specify a 64-bit integer for a date that is no later than 9223372036854775807',
        'ends after the year 33658 are refused. The edge signs for minutes.',
      ),
      difference(
        'an unencoded * in the URL might grant broader access',
        'the emulator makes the canned policy of the URL as it comes, so it grants that URL. The edge signs custom policies.',
      ),
    ],
  },
  {
    page: 'private-content-setting-signed-cookie-custom-policy',
    lines: [
      line(
        'example: the value of CloudFront-Policy in the Set-Cookie headers',
        c => {
          const json = Buffer.from(setCookies.replaceAll('_', '='), 'base64').toString()
          const request = {
            policy: json,
            by: 'cookies',
            url: 'http://d111111abcdef8.cloudfront.net/game_download.zip',
          } as const
          return {
            spelling: c.signed({
              ...request,
              at: 1_426_499_999,
              change: values => ({ ...values, Policy: setCookies }),
            }),
            end: c.signed({ ...request, at: 1_426_500_000 }),
          }
        },
        { spelling: 'granted', end: 'AccessDenied' },
      ),
      line(
        'You need three cookies: CloudFront-Policy, CloudFront-Signature, and CloudFront-Key-Pair-Id',
        c =>
          ['Policy', 'Signature', 'Key-Pair-Id'].map(name =>
            c.signed({ policy: everything, by: 'cookies', change: values => ({ ...values, [name]: '' }) }),
          ),
        ['AccessDenied', 'AccessDenied', 'MissingKey'],
      ),
      line(
        'If you use SHA-256, you must include the CloudFront-Hash-Algorithm cookie with a value of SHA256',
        c => [
          c.signed({ policy: everything, by: 'cookies', hash: 'SHA256' }),
          c.signed({
            policy: everything,
            by: 'cookies',
            hash: 'SHA256',
            change: without('Hash-Algorithm'),
          }),
        ],
        ['granted', 'AccessDenied'],
      ),
      line(
        'The names of cookie attributes are case-sensitive',
        signed({
          policy: everything,
          by: 'cookies',
          change: ({ 'Key-Pair-Id': id = '', ...values }) => ({ ...values, 'key-pair-id': id }),
        }),
        'MissingKey',
      ),
      line(
        'wildcards * and ? anywhere in the string: no sections, unlike in a URL',
        c => ['cookies', 'url'].map(by => c.covers(`${d}/hello*world`, `${d}/hello?world`, by as 'url')),
        [true, false],
      ),
      ...['game_download.zip', 'example_game_download.zip?license=yes', 'test_game_download.zip?license=temp'].map(
        name =>
          line(
            `*game_download.zip* in cookies includes ${name}`,
            cookieCovers(`${d}/*game_download.zip*`, `${d}/${name}`),
            true,
          ),
      ),
    ],
  },
  {
    page: 'private-content-setting-signed-cookie-canned-policy',
    lines: [
      line(
        'CloudFront-Expires, CloudFront-Signature, and CloudFront-Key-Pair-Id, until March 16, 2015 10:00 am UTC',
        c =>
          [1, 0].map(earlier =>
            c.signed({ canned: { url: horizon, expires: 1_426_500_000 }, by: 'cookies', at: 1_426_500_000 - earlier }),
          ),
        ['granted', 'AccessDenied'],
      ),
      line(
        'the policy statement of a canned policy cannot be reused for multiple files',
        signed({ canned, by: 'cookies', url: `${d}/images/other.jpg` }),
        'AccessDenied',
      ),
    ],
  },
  {
    page: 'private-content-signed-urls',
    lines: [
      line(
        'If you add a query string to a signed URL after signing it, the URL returns an HTTP 403 status',
        async c => {
          const site = await c.site()
          const { requests } = site
          return { status: (await site.ask('/f?a=1', { added: '&b=2' })).status, requests: requests.length }
        },
        { status: 403, requests: 0 },
      ),
      line(
        'CloudFront supports signed URLs with RSA 2048 and ECDSA 256 key signatures',
        c => [
          c.signed({ policy: everything, key: 'KP256EXAMPLE' }),
          c.signed({ policy: everything, key: 'KP256EXAMPLE', hash: 'SHA256' }),
        ],
        ['granted', 'granted'],
      ),
      line(
        'If the signature is invalid, the request is rejected',
        signed({
          policy: everything,
          change: values => ({ ...values, Policy: Buffer.from('{}').toString('base64') }),
        }),
        'AccessDenied',
      ),
      line(
        'Any GET request that occurs after the expiration time passes will fail, of a range, too',
        async c => {
          const site = await c.site({ cache: { defaultTtl: 3600 } })
          const headers = { Range: 'bytes=0-1' }
          return [(await site.ask('/f', { headers })).status, (await site.ask('/f', { headers, seconds: 0 })).status]
        },
        [206, 403],
      ),
      line(
        'the download should complete even if the expiration time passes during the download',
        async c => {
          const clock = { advance: (seconds: number): unknown => seconds }
          const site = await c.site({ object: () => (clock.advance(120), { body: 'x'.repeat(100_000) }) })
          clock.advance = site.advance
          return (await site.ask('/f')).body.length
        },
        100_000,
      ),
      line(
        "CloudFront doesn't require a signed URL for OPTIONS requests, if the allowed methods include it",
        async c => {
          const site = await c.site()
          return [(await site.ask('/f', { method: 'OPTIONS', unsigned: true })).status, site.requests.length]
        },
        [403, 0],
      ),
    ],
  },
  {
    page: 'private-content-choosing-signed-urls-cookies',
    lines: [
      ...['Expires', 'Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'].map(name =>
        line(
          `URLs that contain ${name} are signed URLs: CloudFront won't look at signed cookies`,
          signed({ policy: everything, by: 'cookies', url: `${d}/a?${name}=x` }),
          name === 'Key-Pair-Id' ? 'InvalidKey' : 'MissingKey',
        ),
      ),
      line(
        'Signed cookies serve URLs with other parameters',
        signed({ policy: everything, by: 'cookies', url: `${d}/a?expires=x` }),
        'granted',
      ),
    ],
  },
  {
    page: 'https://repost.aws/knowledge-center/cloudfront-troubleshoot-signed-url-cookies',
    lines: [
      line(
        '"Missing Key-Pair-Id query parameter or cookie value": it is missing or empty',
        c => [
          c.signed({ policy: everything, change: without('Key-Pair-Id') }),
          c.signed({ policy: everything, change: values => ({ ...values, 'Key-Pair-Id': '' }) }),
          c.signed({ policy: everything, by: 'cookies', change: without('Key-Pair-Id') }),
        ],
        ['MissingKey', 'MissingKey', 'MissingKey'],
      ),
      line(
        '"Unknown Key": CloudFront can\'t verify signer information through Key-Pair-Id',
        c =>
          (['url', 'cookies'] as const).map(by =>
            c.signed({ policy: everything, by, change: values => ({ ...values, 'Key-Pair-Id': 'KUNKNOWN' }) }),
          ),
        ['InvalidKey', 'InvalidKey'],
      ),
    ],
  },
]

const edgeFunctions: readonly DocumentedPage[] = [
  {
    page: 'lambda-event-structure',
    lines: [
      line(
        '"Example viewer request"',
        async c => {
          const site = await c.site()
          await site.raw(`${lambdaExample}\r\n\r\n`)
          const { config, request } = site.events[0]?.Records[0]?.cf ?? {}
          return { domain: config?.distributionDomainName, type: config?.eventType, request }
        },
        {
          domain: 'd111111abcdef8.cloudfront.net',
          type: 'viewer-request',
          request: {
            clientIp: '127.0.0.1',
            headers: {
              host: [{ key: 'Host', value: 'd111111abcdef8.cloudfront.net' }],
              'user-agent': [{ key: 'User-Agent', value: 'curl/7.66.0' }],
              accept: [{ key: 'accept', value: '*/*' }],
            },
            method: 'GET',
            querystring: '',
            uri: '/d/',
          },
        },
      ),
      line(
        'the array contains one key–value pair for each value in the request',
        async c => {
          const site = await c.site()
          await site.ask('/d/x', { unsigned: true, headers: { 'X-Several': ['1', '2'] } })
          return site.events[0]?.Records[0]?.cf.request.headers['x-several']
        },
        [
          { key: 'X-Several', value: '1' },
          { key: 'X-Several', value: '2' },
        ],
      ),
      line(
        'querystring: the query string, if any; uri: the relative path',
        async c => {
          const site = await c.site()
          await site.ask('/d/%41%20?x=%20&y=?', { unsigned: true })
          const { uri, querystring } = site.events[0]?.Records[0]?.cf.request ?? {}
          return { uri, querystring }
        },
        { uri: '/d/%41%20', querystring: 'x=%20&y=?' },
      ),
      line(
        'clientIp: the address of the viewer, or of its proxy',
        async c => {
          const site = await c.site()
          await site.ask('/d/x', { unsigned: true, from: '127.0.0.9', headers: { 'X-Forwarded-For': '192.0.2.1' } })
          return site.events[0]?.Records[0]?.cf.request.clientIp
        },
        '127.0.0.9',
      ),
      line(
        'requestId uniquely identifies a viewer-to-CloudFront request',
        async c => {
          const site = await c.site()
          const ids = [await site.ask('/d/x', { unsigned: true }), await site.ask('/d/x', { unsigned: true })].map(
            ({ headers }) => headers['x-amz-cf-id'],
          )
          const seen = site.events.map(event => event.Records[0]?.cf.config.requestId)
          return [new Set(ids).size, seen.every((id, index) => id === ids[index])]
        },
        [2, true],
      ),
      line(
        'body is in the event only with the option Include Body',
        async c => {
          const site = await c.site()
          await site.ask('/d/x', { unsigned: true, method: 'POST', body: 'content' })
          return Object.keys(site.events[0]?.Records[0]?.cf.request ?? {})
        },
        ['clientIp', 'headers', 'method', 'querystring', 'uri'],
      ),
    ],
  },
  {
    page: 'lambda-generating-http-responses',
    lines: [
      line('Only the status field is required', generated({ status: '200' }), 200),
      line('Provide the status code as a string', generated({ status: 302 }), 502),
      line(
        "If the status value isn't between 200 and 599, CloudFront returns an error to the viewer",
        async c => Promise.all(['199', '600', '599'].map(status => generated({ status })(c))),
        [502, 502, 599],
      ),
      line('204 with a body: 502', generated({ status: '204', body: 'x' }), 502),
      line('204 without a body', generated({ status: '204', body: '' }), 204),
      line(
        'Viewer request events: at most 40 KB, headers and body; larger: 502',
        async c =>
          Promise.all([
            generated({ status: '200', body: 'x'.repeat(40_960) })(c),
            generated({ status: '200', body: 'x'.repeat(40_961) })(c),
            generated({ ...header('x-large', 'x'.repeat(1000)), body: 'x'.repeat(40_000) })(c),
          ]),
        [200, 502, 502],
      ),
      line(
        'The only valid encodings are text and base64',
        async c =>
          Promise.all(
            ['text', 'base64', 'hex'].map(bodyEncoding => generated({ status: '200', body: 'YQ==', bodyEncoding })(c)),
          ),
        [200, 200, 502],
      ),
      line(
        'If you specify base64 but the body is not valid base64, CloudFront returns an error',
        generated({ status: '200', body: 'a!', bodyEncoding: 'base64' }),
        502,
      ),
      line(
        'If you omit bodyEncoding, CloudFront treats the body as text',
        async c => /YQ==/.test(await sent({ status: '200', body: 'YQ==' })(c)),
        true,
      ),
      line(
        "'content-type': [{ value: 'text/html;charset=UTF-8' }] gets the key Content-Type",
        async c =>
          /^content-type: .*/im.exec(
            await sent({ status: '200', headers: { 'content-type': [{ value: 'text/html;charset=UTF-8' }] } })(c),
          )?.[0],
        'Content-Type: text/html;charset=UTF-8',
      ),
      line(
        'key is the case-sensitive name of the header',
        async c =>
          /^x-any: .*/im.exec(
            await sent({ status: '200', headers: { 'x-any': [{ key: 'X-ANY', value: '1' }] } })(c),
          )?.[0],
        'X-ANY: 1',
      ),
      line(
        'the array contains one key-value pair for each value in the generated response',
        async c =>
          (await sent({ status: '200', headers: { 'set-cookie': [{ value: 'a=1' }, { value: 'b=2' }] } })(c)).match(
            /^set-cookie: .*/gim,
          ),
        ['Set-Cookie: a=1', 'Set-Cookie: b=2'],
      ),
      line(
        "statusDescription: you don't need to use standard descriptions",
        async c => (await sent({ status: '200', statusDescription: 'Fine' })(c)).split('\r\n')[0],
        'HTTP/1.1 200 Fine',
      ),
      line(
        "CloudFront returns the response to the viewer and doesn't cache it",
        async c => {
          const site = await c.site({ cache: { defaultTtl: 60 } })
          for (const _ of [1, 2]) await site.ask('/d/x', { unsigned: true })
          return [site.events.length, site.requests.length]
        },
        [2, 0],
      ),
    ],
  },
  {
    page: 'edge-function-restrictions-all',
    lines: [
      ...disallowed
        .split(' ')
        .map(name =>
          line(`a function that adds ${name} fails validation: 502`, generated(header(name.toLowerCase())), 502),
        ),
      ...['CDN-Loop', 'Content-Length', 'Host', 'Transfer-Encoding', 'Via'].map(name =>
        line(`${name} is read-only in viewer request events: 502`, generated(header(name.toLowerCase(), '1')), 502),
      ),
      line(
        'Disallowed headers are not exposed to edge functions',
        seenHeaders(Object.fromEntries([...sendable, 'X-Shown'].map(name => [name, 'x']))),
        { lambda: ['x-shown', 'host'], function: ['x-shown', 'host'] },
      ),
      line('Read-only headers are exposed', seenHeaders({ Via: '1.1 x', 'CDN-Loop': 'y' }), {
        lambda: ['via', 'cdn-loop', 'host'],
        function: ['via', 'cdn-loop', 'host'],
      }),
      line(
        'via is read-only for functions on viewer responses',
        async c =>
          (await (await c.site({ delivery: "event.response.headers.via={value:'x'};return event.response" })).ask('/f'))
            .status,
        502,
      ),
      line(
        "CloudFront doesn't invoke edge functions for viewer response events from status 400 on",
        async c => {
          const delivery = "event.response.headers['x-ran']={value:'1'};return event.response"
          const statuses = [200, 206, 304, 400, 404, 500].map(async status => {
            const site = await c.site({ delivery, object: { status, ...(status === 304 && { body: '' }) } })
            return (await site.ask('/f')).headers['x-ran'] ?? 'not run'
          })
          return Promise.all(statuses)
        },
        ['1', '1', '1', 'not run', 'not run', 'not run'],
      ),
      line(
        'UTF-8 values come unchanged; ISO-8859-1 becomes UTF-8',
        async c => {
          const site = await c.site()
          const value = Buffer.from('é', 'utf8').toString('latin1')
          await site.raw(
            `GET /d/x HTTP/1.1\r\nHost: x\r\nX-Utf: ${value}\r\nX-Latin: \u00e9\r\nConnection: close\r\n\r\n`,
          )
          const { headers } = site.events[0]?.Records[0]?.cf.request ?? {}
          return [headers?.['x-utf']?.[0]?.value, headers?.['x-latin']?.[0]?.value]
        },
        ['é', 'é'],
      ),
      line(
        'Your function should use UTF-8 encoding for the header values that it returns',
        async c => Buffer.from(await sent(header('x-any', 'é'))(c), 'utf8').includes('x-any: é'),
        true,
      ),
      difference(
        'Warning is read-only, and Content-Length and others for Lambda@Edge only',
        'content-length, content-encoding and transfer-encoding are read-only for the delivery function: it sets none.',
      ),
    ],
  },
  {
    page: 'lambda-at-edge-function-restrictions',
    lines: [
      line(
        'If a viewer request function adds the CloudFront-Viewer-Country header, it fails validation: 502',
        generated(header('cloudfront-viewer-country')),
        502,
      ),
      line(
        'Viewer-facing functions see the header value from the viewer request',
        seenHeaders({ 'CloudFront-Viewer-Country': 'DE' }),
        { lambda: ['cloudfront-viewer-country', 'host'], function: ['cloudfront-viewer-country', 'host'] },
      ),
      line('CloudFront adds its headers after the viewer request event', seenHeaders({}), {
        lambda: ['host'],
        function: ['host'],
      }),
    ],
  },
  {
    page: 'lambda-cloudfront-trigger-events',
    lines: [
      line(
        'Viewer request: before it checks whether the requested object is in the cache',
        async c => {
          const site = await c.site({
            cache: { defaultTtl: 60 },
            gate: "return event.request.headers['x-no']?{statusCode:403}:event.request",
          })
          const asked = [await site.ask('/f'), await site.ask('/f'), await site.ask('/f', { headers: { 'X-No': '1' } })]
          return asked.map(({ status, headers }) => [status, headers['x-cache']])
        },
        [
          [200, 'Miss from cloudfront'],
          [200, 'Hit from cloudfront'],
          [403, 'FunctionGeneratedResponse from cloudfront'],
        ],
      ),
      line(
        'Viewer response: regardless of whether the file is already in the cache',
        async c => {
          const delivery = "event.response.headers['x-ran']={value:'1'};return event.response"
          const site = await c.site({ cache: { defaultTtl: 60 }, delivery })
          return [
            (await site.ask('/f')).headers['x-ran'],
            (await site.ask('/f')).headers['x-ran'],
            site.requests.length,
          ]
        },
        ['1', '1', 1],
      ),
      line(
        "The function doesn't execute when fetching a custom error page",
        async c => {
          const site = await c.site({ gate: 'return {statusCode:500}', object: { status: 404 } })
          const page = await site.ask('/once-pages/403.html', { unsigned: true })
          return [page.status, site.events.length]
        },
        [200, 0],
      ),
      difference(
        'When CloudFront automatically redirects an HTTP request to HTTPS, no function executes',
        'an edge of the emulator has one protocol. Links are HTTPS only in deployments.',
      ),
    ],
  },
  {
    page: 'http-503-service-unavailable',
    lines: [
      line(
        'Lambda@Edge execution error: 503',
        async c =>
          (await (await c.site({ lambda: () => Promise.reject(new Error('x')) })).ask('/d/x', { unsigned: true }))
            .status,
        503,
      ),
      line(
        'CloudFront Function execution error: 503',
        async c => (await (await c.site({ gate: 'throw new Error()' })).ask('/f')).status,
        503,
      ),
    ],
  },
  {
    page: 'functions-event-structure',
    lines: [
      line(
        '"Example event object": request and viewer',
        async c => JSON.parse(await functionSees(exampleRequest)(c)) as unknown,
        exampleEvent,
      ),
      line(
        'If the request has no query string, there is an empty querystring object',
        async c => {
          const event = JSON.parse(
            await functionSees('GET /once HTTP/1.1\r\nHost: video.example.com')(c),
          ) as typeof exampleEvent
          return event.request.querystring
        },
        {},
      ),
      line(
        'one Accept header that contains three values has no multiValue',
        async c => {
          const site = await c.site({
            gate: 'return {statusCode:200,body:JSON.stringify(event.request.headers.accept)}',
          })
          const headers = { Accept: 'application/json, application/xml, text/html' }
          return JSON.parse((await site.ask('/f', { headers })).body) as unknown
        },
        { value: 'application/json, application/xml, text/html' },
      ),
      line(
        'response of the example event: statusCode is an integer, header names are in lower case',
        async c => {
          const delivery =
            "event.response.headers['x-event']={value:JSON.stringify(event.response)};return event.response"
          const headers = { server: 'gunicorn/19.9.0', 'content-type': 'application/json' }
          const site = await c.site({ delivery, object: { headers, body: 'x'.repeat(701) } })
          const answer = await site.ask('/media/index.mpd')
          const {
            statusCode,
            statusDescription,
            headers: seen,
            cookies,
          } = JSON.parse(String(answer.headers['x-event'])) as {
            statusCode: number
            statusDescription: string
            headers: Record<string, object>
            cookies: object
          }
          return [statusCode, statusDescription, seen['server'], seen['content-type'], seen['content-length'], cookies]
        },
        [200, 'OK', { value: 'gunicorn/19.9.0' }, { value: 'application/json' }, { value: '701' }, {}],
      ),
      line(
        'If a function returns a status of 400 or above, the viewer does not see a custom error page',
        async c => {
          const site = await c.site({ gate: "return {statusCode:403,body:'no'}" })
          const { status, body } = await site.ask('/f')
          return { status, body }
        },
        { status: 403, body: 'no' },
      ),
      line(
        'As a shortcut, you can specify the body content directly',
        async c => (await (await c.site({ gate: "return {statusCode:200,body:'é'}" })).ask('/f')).body,
        'é',
      ),
      line(
        'header names must be lowercase when they are added by your function code',
        async c => (await (await c.site({ gate: "return {statusCode:200,headers:{A:{value:'1'}}}" })).ask('/f')).status,
        502,
      ),
      line(
        "If you don't specify the body field in your viewer response function, the original body is returned",
        async c => (await (await c.site({ delivery: 'return event.response' })).ask('/f')).body,
        '0123456789',
      ),
      difference(
        'the first letter of each word in header names is capitalized',
        'they stay in lower case: names of headers are the same in any case.',
      ),
      difference(
        'A function may change the request, replace body and status of a response, or set cookies',
        'the emulator responds with 502: a gate that changes what was signed, or a file, would be a mistake of ours.',
      ),
    ],
  },
  {
    page: 'functions-javascript-runtime-20',
    lines: [
      ...['md5', 'sha1', 'sha256'].map(algorithm =>
        line(
          `crypto.createHash(${algorithm})`,
          functionValue(`require('crypto').createHash('${algorithm}').update('a').digest('hex').length`),
          { md5: '32', sha1: '40', sha256: '64' }[algorithm],
        ),
      ),
      line('Date gives the time', functionValue('typeof Date.now()'), 'number'),
      ...[
        "new Function('a', 'b', 'return a + b')",
        "eval('1')",
        'setTimeout(handler, 1)',
        "require('fs')",
        'process.env',
        'fetch',
      ].map(code =>
        line(
          `not supported: ${code}`,
          async (c: CloudFront) => (await (await c.site({ gate: `${code};return event.request` })).ask('/f')).status,
          503,
        ),
      ),
      difference(
        'Buffer, TextEncoder, atob, querystring and createHmac',
        'the emulator has none of them, as the functions use none; the tests in njs run its own.',
      ),
    ],
  },
  {
    page: 'http-502-bad-gateway',
    lines: [
      line('Lambda function response incorrectly formed: 502', generated('text'), 502),
      line(
        'CloudFront function tries to add a read-only header: 502',
        async c =>
          (await (await c.site({ gate: "return {statusCode:200,headers:{via:{value:'x'}}}" })).ask('/f')).status,
        502,
      ),
      line(
        'The header X-Cache is "Error from cloudfront"',
        async c =>
          String(
            (await (await c.site({ lambda: () => 'text' })).ask('/d/x', { unsigned: true })).headers['x-cache'],
          ).startsWith('Error from cloudfront'),
        true,
      ),
    ],
  },
]

const caching: readonly DocumentedPage[] = [
  {
    page: 'Expiration',
    lines: [
      line(
        'max-age, minimum 0: the lesser of max-age and maximum TTL',
        c => [ttl('max-age=60', zero)(c), ttl('max-age=3600', zero)(c)],
        [60, 1800],
      ),
      line(
        'max-age, minimum > 0: between minimum and maximum',
        c => [ttl('max-age=60', ten)(c), ttl('max-age=1', ten)(c), ttl('max-age=3600', ten)(c)],
        [60, 10, 1800],
      ),
      line(
        'no max-age, minimum 0: the default TTL',
        c => [ttl(undefined, zero)(c), ttl('public', zero)(c)],
        [86_400, 86_400],
      ),
      line('no max-age, minimum > 0: the greater of minimum and default', ttl(undefined, ten), 10),
      line(
        'max-age and s-maxage, minimum 0: the lesser of s-maxage and maximum',
        c => [ttl('max-age=5, s-maxage=60', zero)(c), ttl('s-maxage=3600, max-age=5', zero)(c)],
        [60, 1800],
      ),
      line(
        's-maxage, minimum > 0',
        c => [ttl('max-age=60, s-maxage=1', ten)(c), ttl('max-age=5, s-maxage=3600', ten)(c)],
        [10, 1800],
      ),
      line(
        'Expires, minimum 0: the date or the maximum, whichever is sooner',
        c => [ttl(undefined, { ...zero, maxTtl: 7200 }, expires)(c), ttl(undefined, zero, expires)(c)],
        [3600, 1800],
      ),
      line(
        'Expires, minimum > 0',
        c => [
          ttl(undefined, { ...ten, maxTtl: 7200 }, expires)(c),
          ttl(undefined, { ...ten, minTtl: 4000, maxTtl: 7200 }, expires)(c),
          ttl(undefined, ten, expires)(c),
        ],
        [3600, 4000, 1800],
      ),
      line('both max-age and Expires: CloudFront uses only max-age', ttl('max-age=60', zero, expires), 60),
      ...['no-cache', 'no-store', 'private'].map(control =>
        line(
          `${control}: respected with minimum 0, else the minimum TTL`,
          (c: CloudFront) => [ttl(control, zero)(c), ttl(`max-age=60, ${control}`, ten)(c)],
          [0, 10],
        ),
      ),
      line(
        'CloudFront ignores Cache-Control and Pragma in requests of viewers',
        c =>
          xCache(c, { cache: { defaultTtl: 60 } }, [
            ['/f'],
            ['/f', { headers: { 'Cache-Control': 'no-cache', Pragma: 'no-cache' } }],
          ]),
        { results: ['Miss', 'Hit'], asked: 1 },
      ),
      line('After a file expires, the origin says whether it is the latest version: 304', conditionalHeaders, {
        result: 'RefreshHit from cloudfront',
        etag: true,
        date: true,
      }),
      line(
        'or 200 and the latest version',
        async c => {
          const origin = { body: 'old' }
          const site = await c.site({ cache: { defaultTtl: 60 }, object: () => ({ body: origin.body }) })
          await site.ask('/f')
          origin.body = 'new'
          const before = (await site.ask('/f')).body
          site.advance(60)
          return [before, (await site.ask('/f')).body]
        },
        ['old', 'new'],
      ),
      line(
        'If the origin is unreachable, CloudFront serves the object that it got previously, up to the maximum TTL',
        async c =>
          Promise.all(
            [61, 119, 121].map(seconds => whileFailing(undefined, seconds, { defaultTtl: 60, maxTtl: 60 })(c)),
          ),
        [200, 200, 503],
      ),
      line(
        'stale-if-error=0 causes CloudFront to return an error if the origin is unreachable',
        whileFailing('max-age=60, stale-if-error=0', 61, {}),
        503,
      ),
      line(
        'max-age=3600, stale-if-error=86400: serves the stale content for up to 24 hours',
        async c =>
          Promise.all(
            [3601, 89_999, 90_001].map(seconds => whileFailing('max-age=3600, stale-if-error=86400', seconds, {})(c)),
          ),
        [200, 200, 503],
      ),
      line(
        "CloudFront doesn't cache a 501 from S3 with no-cache, no-store, or private",
        c =>
          ['no-cache', 'no-store', 'private'].map(control =>
            c.ttl({ status: 501, headers: { 'cache-control': control } }, ten),
          ),
        [0, 0, 0],
      ),
      difference(
        'stale-while-revalidate serves stale content while CloudFront fetches a fresh version',
        'the emulator asks the origin first, so it never serves an older file than CloudFront.',
      ),
    ],
  },
  {
    page: 'HTTPStatusCodes',
    lines: [
      ...[404, 414, 500, 501, 502, 503, 504].map(status =>
        line(
          `CloudFront caches ${status} for the error caching minimum TTL, 10 seconds by default, or max-age if that is longer`,
          (c: CloudFront) => [
            c.ttl({ status }),
            c.ttl({ status, headers: { 'cache-control': 'max-age=60' } }),
            c.ttl({ status, headers: { 'cache-control': 's-maxage=5' } }),
          ],
          [10, 60, 10],
        ),
      ),
      ...[400, 403, 405, 412, 415].map(status =>
        line(
          `CloudFront caches ${status} only if the origin returns max-age or s-maxage`,
          (c: CloudFront) => [
            c.ttl({ status }),
            c.ttl({ status, headers: { 'cache-control': 'public' } }),
            c.ttl({ status, headers: { 'cache-control': 'max-age=60' } }),
            c.ttl({ status, headers: { 'cache-control': 's-maxage=70, max-age=60' } }),
          ],
          [0, 0, 60, 70],
        ),
      ),
      line(
        "With CachingDisabled, CloudFront won't cache these status codes",
        c => c.ttl({ status: 404, headers: { 'cache-control': 'max-age=60' } }, c.planCache),
        0,
      ),
      line(
        'For the duration of the caching time, CloudFront responds with the cached status code',
        async c => {
          const site = await c.site({ object: { status: 404 } })
          return { statuses: await statusesAfter(site, [0, 9, 1]), asked: site.requests.length }
        },
        { statuses: [404, 404, 404], asked: 2 },
      ),
      line(
        'in the cache but expired, 5xx: serves the object, and asks again after the error caching minimum TTL',
        async c => {
          const origin = { fails: false }
          const site = await c.site({ cache: { defaultTtl: 60 }, object: () => (origin.fails ? { status: 500 } : {}) })
          await site.ask('/f')
          origin.fails = true
          return { statuses: await statusesAfter(site, [60, 9, 1]), asked: site.requests.length }
        },
        { statuses: [200, 200, 200], asked: 3 },
      ),
      line(
        'in the cache but expired, 4xx: returns the status code, not the requested object',
        async c => {
          const origin = { status: 200 }
          const site = await c.site({ cache: { defaultTtl: 60 }, object: () => origin })
          await site.ask('/f')
          origin.status = 404
          site.advance(60)
          return (await site.ask('/f')).status
        },
        404,
      ),
      line(
        "If the origin doesn't respond, CloudFront assumes 504",
        async c => {
          const object = () => {
            throw new Error('no connection')
          }
          return (await (await c.site({ object })).ask('/f')).status
        },
        504,
      ),
    ],
  },
  {
    page: 'RangeGETs',
    lines: [
      line(
        'If the cache contains the entire object, CloudFront serves the requested range from the cache',
        async c => {
          const site = await c.site({ cache: { defaultTtl: 60 } })
          await site.ask('/f')
          const { status, body, headers } = await site.ask('/f', { headers: { Range: 'bytes=2-4' } })
          return { status, body, range: headers['content-range'], asked: site.requests.length }
        },
        { status: 206, body: '234', range: 'bytes 2-4/10', asked: 1 },
      ),
      line(
        'else CloudFront forwards the request, serves the requested range and caches it',
        async c => {
          const headers = { Range: 'bytes=2-4' }
          return xCache(c, { cache: { defaultTtl: 60 } }, [['/f', { headers }], ['/f', { headers }], ['/f']])
        },
        { results: ['Miss', 'Hit', 'Miss'], asked: 2 },
      ),
      line(
        "If the origin doesn't support ranges, CloudFront sends the entire object and then serves ranges of it",
        async c => {
          const body = '0123456789'
          const site = await c.site({
            cache: { defaultTtl: 60 },
            object: { status: 200, body, headers: { etag: '"e"' } },
          })
          await site.ask('/f')
          const { status, body: part } = await site.ask('/f', { headers: { Range: 'bytes=0-1' } })
          return [status, part]
        },
        [206, '01'],
      ),
      ...['bytes=300-400,100-200', 'bytes=100-200,150-250', 'bytes=-5-2', 'bytes=4-2', 'bytes=a-b'].map(range =>
        line(
          `200 with the full object if ranges descend, overlap or are invalid: ${range}`,
          async (c: CloudFront) => {
            const { status, body } = await (await c.site()).ask('/f', { headers: { Range: range } })
            return { status, body }
          },
          { status: 200, body: '0123456789' },
        ),
      ),
      difference(
        'Several ranges in ascending order are valid',
        'the emulator sends the whole object, as S3 does; players and resumed downloads ask for one range.',
      ),
      difference(
        'CloudFront might request a larger range than the client requested',
        'it requests the same: which is up to CloudFront.',
      ),
    ],
  },
  {
    page: 'understanding-the-cache-key',
    lines: [
      line(
        'the second request of the page, with other query, User-Agent, Referer and cookie, is a hit',
        async c => {
          const site = await c.site({ cache: { defaultTtl: 60 } })
          const path = '/content/stories/example-story.html'
          const first = { 'User-Agent': 'Mozilla/5.0 Gecko/20100101 Firefox/68.0', Cookie: 'session_id=01234abcd' }
          const second = { 'User-Agent': 'Mozilla/5.0 AppleWebKit/537.36', Cookie: 'session_id=wxyz9876' }
          const answers = [
            await site.ask(`${path}?ref=0123abc&split-pages=false`, {
              headers: { ...first, Referer: 'https://a.example/' },
            }),
            await site.ask(`${path}?ref=xyz987&split-pages=true`, {
              headers: { ...second, Referer: 'https://b.example/' },
            }),
          ]
          return answers.map(({ headers }) => headers['x-cache'])
        },
        ['Miss from cloudfront', 'Hit from cloudfront'],
      ),
      line(
        'the path is in the key, in its case',
        c => xCache(c, { cache: { defaultTtl: 60 } }, [['/a'], ['/A'], ['/a/']]),
        { results: ['Miss', 'Miss', 'Miss'], asked: 3 },
      ),
    ],
  },
  {
    page: 'cache-key-understand-cache-policy',
    lines: [
      line(
        'If minimum, maximum and default TTL are all 0, this disables caching',
        c => c.ttl({ headers: { 'cache-control': 'max-age=60' } }, { minTtl: 0, defaultTtl: 0, maxTtl: 0 }),
        0,
      ),
      line(
        'Query strings in the cache key are automatically included in origin requests',
        async c => {
          const site = await c.site({ cache: { keyParameters: ['split-pages'], forwardedParameters: ['split-pages'] } })
          await site.ask('/content/stories/example-story.html?split-pages=false&ref=1')
          return site.requests[0]?.target
        },
        '/content/stories/example-story.html?split-pages=false',
      ),
      line(
        'compressed objects disabled: Accept-Encoding is not in the cache key, and files come as they are',
        async c => {
          const site = await c.site({
            cache: { defaultTtl: 60 },
            object: { headers: { 'content-type': 'text/plain' } },
          })
          const answers = [
            await site.ask('/f', { headers: { 'Accept-Encoding': 'gzip, deflate, br' } }),
            await site.ask('/f', { headers: { 'Accept-Encoding': 'identity' } }),
          ]
          return answers.map(({ headers, body }) => [headers['x-cache'], headers['content-encoding'], body])
        },
        [
          ['Miss from cloudfront', undefined, '0123456789'],
          ['Hit from cloudfront', undefined, '0123456789'],
        ],
      ),
      difference(
        'compressed objects enabled: Accept-Encoding is normalized to br,gzip, gzip or br',
        'no behaviour of ours has compression: a file is delivered as it was uploaded.',
      ),
    ],
  },
  {
    page: 'QueryStringParameters',
    lines: [
      line(
        'cached by the language parameter: main.html five times',
        async c => {
          const languages = ['de', 'en', 'es', 'fr', 'jp', 'de']
          const cache = { defaultTtl: 60, keyParameters: ['language'] }
          return xCache(
            c,
            { cache },
            languages.map(language => [`/main.html?language=${language}`] as const),
          )
        },
        { results: ['Miss', 'Miss', 'Miss', 'Miss', 'Miss', 'Hit'], asked: 5 },
      ),
      line(
        'color=red;size=large: the value of color is red;size=large',
        c => colours(c, ['color=red;size=large', 'color=red', 'color=red;size=large']),
        { results: ['Miss', 'Miss', 'Hit'], asked: 2 },
      ),
      line(
        'size=large;color=red contains only a size parameter',
        c => colours(c, ['size=large;color=red', '', 'size=small']),
        { results: ['Miss', 'Hit', 'Hit'], asked: 1 },
      ),
      line(
        'The order of parameters matters',
        c => colours(c, ['color=red&size=large', 'size=large&color=red'], ['color', 'size']),
        { results: ['Miss', 'Miss'], asked: 2 },
      ),
      line(
        'CloudFront considers the case of parameter names and values: four separate versions',
        c => colours(c, ['color=red', 'color=Red', 'Color=red', 'Color=Red'], ['color', 'Color']),
        { results: ['Miss', 'Miss', 'Miss', 'Miss'], asked: 4 },
      ),
      line(
        'CloudFront removes Expires, Key-Pair-Id, Policy and Signature before forwarding the rest of the URL',
        async c => {
          const site = await c.site()
          await site.ask('/f?color=red&size=large')
          return site.requests[0]?.target
        },
        '/f?color=red&size=large',
      ),
      line(
        "If you don't forward query strings, CloudFront doesn't cache based on them",
        async c => {
          const site = await c.site({ cache: { defaultTtl: 60, forwardedParameters: [] } })
          for (const query of ['?a=1', '?a=2']) await site.ask(`/f${query}`)
          return site.requests.map(({ target }) => target)
        },
        ['/f'],
      ),
    ],
  },
]

const distribution: readonly DocumentedPage[] = [
  {
    page: 'RequestAndResponseBehaviorS3Origin',
    lines: [
      line(
        'URL of more than 8192 bytes: 414, and CloudFront terminates the TCP connection',
        async c => {
          const site = await c.site()
          const statuses = [8192, 8193].map(
            async length => (await site.ask(`/d/${'x'.repeat(length - 3)}`, { unsigned: true })).status,
          )
          const closed = await site.raw(`GET /${'x'.repeat(8192)} HTTP/1.1\r\nHost: x\r\n\r\n`)
          return [...(await Promise.all(statuses)), closed.split('\r\n')[0]]
        },
        [200, 414, 'HTTP/1.1 414 URI Too Long'],
      ),
      line(
        'request of more than 32,768 bytes: 494, and CloudFront terminates the TCP connection',
        async c => {
          const site = await c.site({ isEdge: true })
          const head = (bytes: number) =>
            `GET /d/x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Long: ${'x'.repeat(bytes)}\r\n\r\n`
          const answers = await Promise.all([site.raw(head(32_000)), site.raw(head(33_000))])
          return answers.map(answer => answer.split(' ')[1])
        },
        ['200', '494'],
      ),
      line(
        'If a viewer GET request includes a body: 403',
        async c => {
          const site = await c.site()
          const statuses = [
            (await site.ask('/f', { body: 'x', headers: { 'Content-Length': '1' } })).status,
            (await site.ask('/d/x', { body: 'x', headers: { 'Content-Length': '1' }, unsigned: true })).status,
          ]
          return [...statuses, site.requests.length, site.events.length]
        },
        [403, 403, 0, 0],
      ),
      line(
        'methods that are not among the allowed ones do not reach S3',
        async c => {
          const site = await c.site()
          const statuses = ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT'].map(
            async method => (await site.ask('/f', { method })).status,
          )
          return [...(await Promise.all(statuses)), site.requests.length]
        },
        [403, 403, 403, 403, 403, 0],
      ),
      line(
        'CloudFront caches responses to GET and HEAD requests',
        c =>
          xCache(c, { cache: { defaultTtl: 60 } }, [
            ['/f', { method: 'HEAD' }],
            ['/f', { method: 'HEAD' }],
            ['/f'],
            ['/f', { method: 'HEAD' }],
          ]),
        { results: ['Miss', 'Hit', 'Miss', 'Hit'], asked: 2 },
      ),
      line(
        'the new request has If-None-Match with the ETag and If-Modified-Since with the date of the expired version',
        conditionalHeaders,
        { result: 'RefreshHit from cloudfront', etag: true, date: true },
      ),
      line(
        'Simultaneous requests with the same cache key: the response to the first is sent to all',
        simultaneous({}, ['/f', '/f?x=1']),
        1,
      ),
      line(
        'requests that do not share the same cache key are all forwarded',
        simultaneous({}, ['/f?x=1', '/f?x=2'], { keyParameters: ['x'] }),
        2,
      ),
      ...['private', 'no-store', 'no-cache', 'max-age=0', 's-maxage=0'].map(control =>
        line(
          `no request collapsing with minimum TTL 0 and Cache-Control: ${control}`,
          simultaneous({ headers: { 'cache-control': control } }, ['/f', '/f']),
          2,
        ),
      ),
      line(
        'but with a minimum TTL above 0',
        simultaneous({ headers: { 'cache-control': 'private' } }, ['/f', '/f'], { minTtl: 1 }),
        1,
      ),
      difference(
        'CachingDisabled prevents all request collapsing',
        'the emulator collapses then as well: the delivery function must be right in both cases (decision 37).',
      ),
      line(
        'CloudFront removes X-Amz-Id-2, X-Amz-Request-Id and Set-Cookie',
        async c => {
          const headers = {
            'x-amz-id-2': 'a',
            'x-amz-request-id': 'b',
            'set-cookie': 'c=d',
            'content-type': 'text/plain',
          }
          const site = await c.site({
            object: request => ({ headers, ...(request.target === '/no' && { status: 400 }) }),
          })
          const answers = [await site.ask('/f'), await site.ask('/no')]
          return answers.map(answer => Object.keys(headers).filter(name => answer.headers[name] !== undefined))
        },
        [['content-type'], ['content-type']],
      ),
      line(
        'Via: {http-version} {alphanumeric-string}.cloudfront.net (CloudFront)',
        async c => {
          const site = await c.site()
          const answers = [
            await site.ask('/f'),
            await site.ask('/f', { unsigned: true }),
            await site.ask('/d/x', { unsigned: true }),
          ]
          return answers.map(({ headers }) =>
            /^1\.1 [\da-f]+\.cloudfront\.net \(CloudFront\)$/.test(String(headers['via'])),
          )
        },
        [true, true, true],
      ),
      difference(
        'If a viewer terminates a session before it has the object, CloudFront does not cache the object',
        'the emulator caches it if another viewer waits for the same response.',
      ),
      difference(
        'CloudFront caches redirects of a bucket',
        'the emulator caches none: buckets behind an origin access control redirect nothing.',
      ),
      difference(
        'CloudFront adds X-Forwarded-For, Via, User-Agent, Host and X-Amz-Cf-Id for the origin, and removes others',
        'the emulated S3 gets ranges and conditions only: it would ignore the others, as S3 does.',
      ),
    ],
  },
  {
    page: 'DownloadDistValuesCacheBehavior',
    lines: [
      line('The first match determines which cache behavior is applied', behaviour('/d/once-pages/403.html'), 'links'),
      line('the default cache behavior is always the last', behaviour('/any'), 'content'),
      line('the path applies to all files in subdirectories', behaviour('/d/a/b/c'), 'links'),
      line('CloudFront does not consider query strings', behaviour('/any?/d/x'), 'content'),
      line('Path patterns are case-sensitive', behaviour('/D/x'), 'content'),
      line('* matches 0 or more characters', behaviour('/d/'), 'links'),
      line('the path itself must match: /d is not /d/*', behaviour('/d'), 'content'),
      line('/a/b/..?c=1 matches /a*: dots are normalized', behaviour('/d/..?c=1'), 'content'),
      line('multiple slashes are normalized', behaviour('/a/..//d//x'), 'links'),
      line('RFC 3986, 6.2.2.2: %64 is d', behaviour('/%64/x'), 'links'),
      line('RFC 3986, 6.2.2.2: an encoded dot is a dot', behaviour('/d/%2e%2E/x'), 'content'),
      line('RFC 3986, 2.2: an encoded slash is not a slash', behaviour('/d%2Fx'), 'content'),
      line(
        'After the cache behavior is matched, CloudFront sends the raw URI path',
        async c => {
          const site = await c.site()
          await site.ask('//a/../%64/x', { unsigned: true })
          return site.events[0]?.Records[0]?.cf.request.uri
        },
        '//a/../%64/x',
      ),
      line('a behavior without signers serves anyone', behaviour('/once-pages/404.html'), 'pages'),
    ],
  },
  {
    page: 'cloudfront-limits',
    lines: [
      line('Function timeout: 30 seconds', c => c.maxFunctionMs, 30_000),
      line(
        'Size of a response that is generated by a Lambda function, viewer events: 40 KB',
        generated({ ...header('a'), body: 'x'.repeat(40_960 - 'a: x\r\n'.length + 1) }),
        502,
      ),
      line(
        'Query strings per cache policy: 10, and 1024 characters of their names',
        c => {
          const { keyParameters, forwardedParameters = [] } = c.contentCache(60)
          return [keyParameters, forwardedParameters].map(names => names.length <= 10 && names.join('').length <= 1024)
        },
        [true, true],
      ),
      difference(
        'Maximum cacheable file size: 50 GB',
        'the emulator caches up to 8 MB, in memory, and passes on what is larger.',
      ),
    ],
  },
  {
    page: 'using-managed-cache-policies',
    lines: [
      line(
        'CachingDisabled: minimum, maximum and default TTL 0, no query strings in the cache key',
        ({ planCache: { minTtl, maxTtl, defaultTtl, keyParameters } }) => ({
          minTtl,
          maxTtl,
          defaultTtl,
          keyParameters,
        }),
        { minTtl: 0, maxTtl: 0, defaultTtl: 0, keyParameters: [] },
      ),
      line('This policy disables caching', c => c.ttl({ headers: { 'cache-control': 'max-age=60' } }, c.planCache), 0),
    ],
  },
  {
    page: 'using-managed-origin-request-policies',
    lines: [
      line(
        'AllViewerExceptHostHeader with S3: all query strings, but not response-content-type, -disposition and -encoding',
        async c => {
          const site = await c.site({ cache: c.planCache, delivery: 'return event.response' })
          const query =
            'a=1&response-content-type=x&response-content-disposition=y&response-content-encoding=z&response-expires=w'
          await site.ask(`/f?${query}`)
          return site.requests[0]?.target
        },
        '/f?a=1&response-expires=w',
      ),
    ],
  },
  {
    page: 'using-managed-response-headers-policies',
    lines: [
      line(
        'SecurityHeadersPolicy: five headers',
        async c => {
          const { headers } = await (await c.site({ delivery: 'return event.response' })).ask('/f')
          return Object.fromEntries(Object.keys(c.managedHeaders).map(name => [name, headers[name]]))
        },
        {
          'referrer-policy': 'strict-origin-when-cross-origin',
          'strict-transport-security': 'max-age=31536000',
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'SAMEORIGIN',
          'x-xss-protection': '1; mode=block',
        },
      ),
      line(
        'Override origin: X-Content-Type-Options yes, all others no',
        async c => {
          const own = { 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'sniff' }
          const { headers } = await (
            await c.site({ delivery: 'return event.response', object: { headers: own } })
          ).ask('/f')
          return Object.keys(own).map(name => headers[name])
        },
        ['DENY', 'no-referrer', 'nosniff'],
      ),
    ],
  },
  {
    page: 'understanding-response-headers-policies',
    lines: [
      line(
        'If a policy removes the Server header, CloudFront adds its own: CloudFront',
        async c => (await (await c.site({ object: { headers: { server: 'AmazonS3' } } })).ask('/f')).headers['server'],
        'CloudFront',
      ),
      line(
        'CloudFront removes the headers from every response, from the cache or from the origin',
        async c => {
          const site = await c.site({ cache: { defaultTtl: 60 }, object: { headers: { 'x-amz-version-id': 'v' } } })
          return [
            (await site.ask('/f')).headers['x-amz-version-id'],
            (await site.ask('/f')).headers['x-amz-version-id'],
          ]
        },
        [undefined, undefined],
      ),
      line(
        'Origin override true: CloudFront ignores the header that it received from the origin',
        async c =>
          (await (await c.site({ object: { headers: { 'cache-control': 'public' } } })).ask('/f')).headers[
            'cache-control'
          ],
        'private, no-store',
      ),
      line(
        'false: CloudFront includes the header that it received from the origin',
        async c => {
          const disposition = 'attachment; filename=a'
          const site = await c.site({ object: { headers: { 'content-disposition': disposition } } })
          return (await site.ask('/f')).headers['content-disposition']
        },
        'attachment; filename=a',
      ),
    ],
  },
  {
    page: 'creating-custom-error-pages',
    lines: [
      ...[403, 404].map(status =>
        line(
          `CloudFront can return a custom error page for ${status}`,
          async (c: CloudFront) => {
            const { status: shown, headers } = await (await c.site({ object: { status, body: '<Error/>' } })).ask('/f')
            return [shown, headers['content-type']]
          },
          [status, 'text/html; charset=utf-8'],
        ),
      ),
      line(
        'You can specify custom error pages for some status codes and not for others',
        async c => (await (await c.site({ object: { status: 500, body: '<Error/>' } })).ask('/f')).body,
        '<Error/>',
      ),
      line(
        'CloudFront returns Connection: close for 414 and keep-alive for 404',
        async c => {
          const site = await c.site({ object: { status: 404 } })
          const answers = [await site.ask(`/${'x'.repeat(8192)}`), await site.ask('/f')]
          return answers.map(({ headers }) => headers['connection'])
        },
        ['close', 'keep-alive'],
      ),
      line(
        "CloudFront doesn't cache status code 416 responses",
        c => c.ttl({ status: 416, headers: { 'cache-control': 'max-age=60' } }),
        0,
      ),
    ],
  },
  {
    page: 'using-https-viewers-to-cloudfront',
    lines: [
      difference(
        'Redirect HTTP to HTTPS: 301, or 307 for other methods; HTTPS only: 403',
        'an edge of the emulator has one protocol, http or https; the templates say which policy a behaviour has.',
      ),
    ],
  },
]

/** Every page that was read, with what it says of what deployments use. */
export const documented: readonly DocumentedPage[] = [
  customPolicies,
  ...signatures,
  ...edgeFunctions,
  ...caching,
  ...distribution,
]
