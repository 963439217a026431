import type { CloudFront, Signed, Site, SiteOptions } from './probes.ts'

// AWS's examples, and ways to try them.

/** The domain of AWS's examples. */
export const d = 'https://d111111abcdef8.cloudfront.net'

/** A policy with one statement. */
export const policy = (Resource: string, Condition: object) => ({ Statement: [{ Resource, Condition }] })
/** A condition with an end, in epoch seconds, and more. */
export const until = (seconds: number, more: object = {}) => ({ DateLessThan: { 'AWS:EpochTime': seconds }, ...more })
/** A condition on the address. */
export const from = (address: unknown) => ({ IpAddress: { 'AWS:SourceIp': address } })
/** A condition with a start, in epoch seconds. */
export const after = (seconds: number) => ({ DateGreaterThan: { 'AWS:EpochTime': seconds } })

/** January 31, 2023 10:00 AM UTC, in epoch seconds. */
export const jan31 = 1_675_159_200
/** February 2, 2023 10:00 AM UTC, in epoch seconds. */
export const feb2 = 1_675_332_000
/** AWS's example "Access one file from a range of IP addresses". */
export const oneFile = policy(`${d}/game_download.zip`, { ...from('192.0.2.0/24'), ...until(jan31) })
/** AWS's example "Access all files in a directory from a range of IP addresses". */
export const folder = policy(`${d}/training/*`, { ...from('192.0.2.0/24'), ...until(jan31) })
/** AWS's example "Access all files associated with a key pair ID from one IP address". */
export const everything = policy('https://*', { ...from('192.0.2.10/32'), ...after(jan31), ...until(feb2) })

/** What becomes of a request with a signature. */
export const signed = (request: Signed) => (cloudfront: CloudFront) => cloudfront.signed(request)
/** Same with a policy for everything under this condition. */
export const condition = (condition: object, request: Signed = {}) =>
  signed({ policy: policy('*', condition), ...request })
/** Whether a Resource covers a URL. */
export const covers = (resource: string, url: string) => (cloudfront: CloudFront) => cloudfront.covers(resource, url)
/** Whether a Resource in cookies covers a URL. */
export const cookieCovers = (resource: string, url: string) => (cloudfront: CloudFront) =>
  cloudfront.covers(resource, url, 'cookies')

/** Those of some URLs that only one of two Resources covers. */
export const sameResources = (one: string, other: string) => (cloudfront: CloudFront) =>
  ['http', 'https']
    .flatMap(scheme => ['example.com', 'www.example.com', 'example.com.evil'].map(host => `${scheme}://${host}`))
    .flatMap(origin => ['/', '/hello', '/hello-world', '/hello?x=1', '/a/hello'].map(path => origin + path))
    .filter(url => cloudfront.covers(one, url) !== cloudfront.covers(other, url))

/** Spells the signature otherwise. One of 256 bytes ends in two characters of padding. */
export const respelled =
  (change: (text: string) => string): NonNullable<Signed['change']> =>
  ({ Signature = '', ...values }) => ({ ...values, Signature: change(Signature) })

/** Leaves out a parameter of the signature. */
export const without =
  (name: string): NonNullable<Signed['change']> =>
  values =>
    Object.fromEntries(Object.entries(values).filter(([each]) => each !== name))

/** AWS's example of a URL with a query. */
export const horizon = `${d}/images/horizon.jpg?size=large&license=yes`
/** AWS's example of a canned policy. */
export const canned = { url: horizon, expires: 1_767_290_400 }
/** AWS's example of a value of CloudFront-Policy. */
export const setCookies =
  'eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoiaHR0cDovL2QxMTExMTFhYmNkZWY4LmNsb3VkZnJvbnQubmV0L2dhbWVfZG93bmxvYWQuemlwIiwiQ29uZGl0aW9uIjp7IklwQWRkcmVzcyI6eyJBV1M6U291cmNlSXAiOiIxOTIuMC4yLjAvMjQifSwiRGF0ZUxlc3NUaGFuIjp7IkFXUzpFcG9jaFRpbWUiOjE0MjY1MDAwMDB9fX1dfQ__'

/** The request of AWS's "Example viewer request". */
export const lambdaExample = [
  'GET /d/ HTTP/1.1',
  'Host: d111111abcdef8.cloudfront.net',
  'User-Agent: curl/7.66.0',
  'accept: */*',
  'Connection: close',
].join('\r\n')

/** Status of the response if the function of `/d/*` returns this. */
export const generated = (response: unknown) => async (cloudfront: CloudFront) =>
  (await (await cloudfront.site({ lambda: () => response })).ask('/d/x', { unsigned: true })).status

/** A response of such a function with one header. */
export const header = (name: string, value = 'x') => ({ status: '200', headers: { [name]: [{ key: name, value }] } })

/** What is sent for a response of such a function, as it is on the wire. */
export const sent = (response: unknown) => async (cloudfront: CloudFront) => {
  const site = await cloudfront.site({ lambda: () => response })
  return site.raw('GET /d/x HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n')
}

/** The request of AWS's "Example event object". */
export const exampleRequest = [
  'GET /media/index.mpd?ID=42&Exp=1619740800&TTL=1440&NoValue=&querymv=val1&querymv=val2,val3 HTTP/1.1',
  'Host: video.example.com',
  'User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:83.0) Gecko/20100101 Firefox/83.0',
  'Accept: application/json',
  'Accept: application/xml',
  'Accept: text/html',
  'Accept-Language: en-GB,en;q=0.5',
  'Accept-Encoding: gzip, deflate, br',
  'Origin: https://website.example.com',
  'Referer: https://website.example.com/videos/12345678?action=play',
  'CloudFront-Viewer-Country: GB',
  'Cookie: Cookie1=value1; Cookie2=value2; cookie_consent=true; cookiemv=value3; cookiemv=value4',
].join('\r\n')

/** The event that it gives. */
export const exampleEvent = {
  version: '1.0',
  eventType: 'viewer-request',
  viewer: { ip: '127.0.0.1' },
  request: {
    method: 'GET',
    uri: '/media/index.mpd',
    querystring: {
      ID: { value: '42' },
      Exp: { value: '1619740800' },
      TTL: { value: '1440' },
      NoValue: { value: '' },
      querymv: { value: 'val1', multiValue: [{ value: 'val1' }, { value: 'val2,val3' }] },
    },
    headers: {
      host: { value: 'video.example.com' },
      'user-agent': { value: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:83.0) Gecko/20100101 Firefox/83.0' },
      accept: {
        value: 'application/json',
        multiValue: [{ value: 'application/json' }, { value: 'application/xml' }, { value: 'text/html' }],
      },
      'accept-language': { value: 'en-GB,en;q=0.5' },
      'accept-encoding': { value: 'gzip, deflate, br' },
      origin: { value: 'https://website.example.com' },
      referer: { value: 'https://website.example.com/videos/12345678?action=play' },
      'cloudfront-viewer-country': { value: 'GB' },
    },
    cookies: {
      Cookie1: { value: 'value1' },
      Cookie2: { value: 'value2' },
      cookie_consent: { value: 'true' },
      cookiemv: { value: 'value3', multiValue: [{ value: 'value3' }, { value: 'value4' }] },
    },
  },
}

/** The event of a request that a function gets before the signature is checked, as JSON. */
export const functionSees = (request: string) => async (cloudfront: CloudFront) => {
  const gate =
    'return {statusCode:200,body:JSON.stringify({version:event.version,eventType:event.context.eventType,viewer:event.viewer,request:event.request})}'
  const site = await cloudfront.site({ gate, gateOrder: 'before-signature' })
  const answer = await site.raw(`${request}\r\nConnection: close\r\n\r\n`)
  return answer.slice(answer.indexOf('\r\n\r\n') + 4)
}

/** A value of an expression in a function, as text. */
export const functionValue = (expression: string) => async (cloudfront: CloudFront) =>
  (await (await cloudfront.site({ gate: `return {statusCode:200,body:String(${expression})}` })).ask('/f')).body

/** AWS's "Disallowed headers", with `Any` for `*`. */
export const disallowed =
  'Connection Expect Keep-Alive Proxy-Authenticate Proxy-Authorization Proxy-Connection Trailer Upgrade X-Accel-Buffering ' +
  'X-Accel-Charset X-Accel-Limit-Rate X-Accel-Redirect X-Amz-Cf-Any X-Amzn-Auth X-Amzn-Cf-Billing X-Amzn-Cf-Id X-Amzn-Cf-Xff ' +
  'X-Amzn-Errortype X-Amzn-Fle-Profile X-Amzn-Header-Count X-Amzn-Header-Order X-Amzn-Lambda-Integration-Tag X-Amzn-RequestId ' +
  'X-Cache X-Edge-Any X-Forwarded-Proto X-Real-IP CloudFront-Viewer-Cert-PEM Client-Cert Client-Cert-Chain'

/** Those that a viewer can send to Node.js with any value. */
export const sendable = disallowed
  .split(' ')
  .filter(name => !['Connection', 'Expect', 'Trailer', 'Upgrade'].includes(name))

/** Names of headers that the functions of both kinds see. */
export const seenHeaders = (headers: Readonly<Record<string, string>>) => async (cloudfront: CloudFront) => {
  const site = await cloudfront.site({ gate: 'return {statusCode:200,body:JSON.stringify(event.request.headers)}' })
  await site.ask('/d/x', { unsigned: true, headers: { ...headers, Connection: 'close' } })
  const { body } = await site.ask('/f', { headers: { ...headers, Connection: 'close' } })
  return {
    lambda: Object.keys(site.events[0]?.Records[0]?.cf.request.headers ?? {}),
    function: Object.keys(JSON.parse(body) as object),
  }
}

/** Where the responses to requests come from, one after the other, and how often the origin was asked. */
export const xCache = async (
  cloudfront: CloudFront,
  options: SiteOptions,
  requests: readonly (readonly [string, object?])[],
) => {
  const site = await cloudfront.site(options)
  const results: unknown[] = []
  for (const [target, more] of requests) results.push((await site.ask(target, more)).headers['x-cache'])
  return { results: results.map(result => String(result).split(' ')[0]), asked: site.requests.length }
}

/** Seconds for which a file with this Cache-Control is cached. */
export const ttl =
  (control: string | undefined, ttls: object, more: object = {}) =>
  (cloudfront: CloudFront) =>
    cloudfront.ttl({ headers: { ...(control !== undefined && { 'cache-control': control }), ...more } }, ttls)

/** One hour after the time at which the cache is asked. */
export const expires = { expires: 'Tue, 31 Jan 2023 22:20:00 GMT' }
/** A policy with minimum TTL 0. */
export const zero = { minTtl: 0, defaultTtl: 86_400, maxTtl: 1800 }
/** A policy with a minimum TTL above 0. */
export const ten = { minTtl: 10, defaultTtl: 5, maxTtl: 1800 }

/** Statuses of a file, each this many seconds after the one before. */
export const statusesAfter = async (site: Site, pauses: readonly number[]) => {
  const statuses: number[] = []
  for (const seconds of pauses) {
    site.advance(seconds)
    statuses.push((await site.ask('/f')).status)
  }
  return statuses
}

/** How a copy is checked that has expired. */
export const conditionalHeaders = async (cloudfront: CloudFront) => {
  const site = await cloudfront.site({ cache: { defaultTtl: 60 } })
  await site.ask('/f')
  site.advance(60)
  const { headers } = await site.ask('/f')
  const [, second] = site.requests
  return {
    result: headers['x-cache'],
    etag: second?.headers['if-none-match'] === headers['etag'],
    date: second?.headers['if-modified-since'] === headers['last-modified'],
  }
}

/** What viewers get while the origin fails, `seconds` after a copy with this Cache-Control was stored. */
export const whileFailing =
  (control: string | undefined, seconds: number, cache: object) => async (cloudfront: CloudFront) => {
    const origin = { fails: false }
    const headers = control === undefined ? {} : { 'cache-control': control }
    const site = await cloudfront.site({
      cache: { errorTtl: 0, ...cache },
      object: () => (origin.fails ? { status: 503 } : { headers }),
    })
    await site.ask('/f')
    origin.fails = true
    site.advance(seconds)
    return (await site.ask('/f')).status
  }

/** How many of several requests at the same moment reach an origin with this object. */
export const simultaneous =
  (object: object, targets: readonly string[], cache: object = {}) =>
  async (cloudfront: CloudFront) => {
    const site = await cloudfront.site({ object, cache, together: targets.length })
    await Promise.all(targets.map(target => site.ask(target)))
    return site.requests.length
  }

/** `xCache` of an image with these queries, by parameters in the cache key. */
export const colours = (cloudfront: CloudFront, queries: readonly string[], keyParameters = ['color']) =>
  xCache(
    cloudfront,
    { cache: { defaultTtl: 60, keyParameters } },
    queries.map(query => [`/images/image.jpg?${query}`] as const),
  )

/** Which behaviour a path has: `links` runs the function, `pages` are the error pages, all others need a signature. */
export const behaviour = (target: string) => async (cloudfront: CloudFront) => {
  const site = await cloudfront.site()
  const { status, headers } = await site.ask(target, { unsigned: true })
  if (site.events.length > 0) return 'links'
  return status === 200 || !String(headers['x-cache']).endsWith('MissingKey') ? 'pages' : 'content'
}
