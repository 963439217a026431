import { request } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { cookieHeader, cookiesIn, type ReceivedCookie } from '../content/media-client.ts'
import { eachVisit, type Run, type Saved } from './errand.ts'

// Clients that can't run here, by what is documented of them: which cookies they keep, which headers they send again.

interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  /** The URL that gave this response. */
  readonly url: string
}

type Headers = Readonly<Record<string, string>>

/** Sends one GET with exactly these headers. */
async function get(url: string, headers: Headers): Promise<Received> {
  const sent = request(url, { headers })
  const { promise, resolve, reject } = Promise.withResolvers<Received>()
  sent.on('error', reject).on('response', response => {
    const { statusCode: status = 0, headers } = response
    buffer(response).then(body => resolve({ status, headers, body, url }), reject)
  })
  sent.end()
  return promise
}

/** An HTTP client of one app, with its cookies if it keeps any. */
class HttpClient {
  readonly #headers: Headers
  readonly #jar: ReceivedCookie[] | undefined

  constructor(headers: Headers, { keepsCookies }: { readonly keepsCookies: boolean }) {
    this.#headers = headers
    this.#jar = keepsCookies ? [] : undefined
  }

  /** Returns the cookies for a URL, as a header has them; empty if there are none. */
  cookiesFor(url: string): string {
    return cookieHeader(this.#jar ?? [], new URL(url).pathname)
  }

  /** Follows redirects, and sends its headers again each time. */
  async get(url: string, headers: Headers = {}): Promise<Received> {
    const cookie = this.cookiesFor(url)
    const received = await get(url, { ...this.#headers, ...headers, ...(cookie !== '' && { cookie }) })
    for (const cookie of cookiesIn(received)) this.#keep(cookie)
    const location = received.headers['location']
    return location === undefined ? received : this.get(new URL(String(location), url).href, headers)
  }

  #keep(cookie: ReceivedCookie): void {
    const same = this.#jar?.findIndex(({ name, path }) => name === cookie.name && path === cookie.path) ?? -1
    if (same >= 0) this.#jar?.splice(same, 1)
    this.#jar?.push(cookie)
  }
}

const savedIf = (received: Received): Saved | undefined =>
  received.status < 300 ? { bytes: received.body } : undefined

/** Asks for a file in two parts, as players do: the link with a range, then the URL that it led to. */
async function inRanges(client: HttpClient, link: string, headers: Headers): Promise<Saved | undefined> {
  const first = await client.get(link, { ...headers, range: 'bytes=0-99' })
  if (first.status !== 206) return undefined
  const rest = await client.get(first.url, { ...headers, range: 'bytes=100-' })
  return rest.status === 206 ? { bytes: Buffer.concat([first.body, rest.body]) } : undefined
}

const player =
  (userAgent: string, options: { readonly keepsCookies: boolean; readonly sendsSecret: boolean }): Run =>
  errand => {
    const secret = options.sendsSecret ? { 'once-client': errand.secret } : undefined
    const client = new HttpClient({ accept: '*/*', 'user-agent': userAgent, ...secret }, options)
    return eachVisit(errand, () => inRanges(client, errand.link, {}))
  }

/**
 * media3's ExoPlayer with its default data source: no cookies, not even on a redirect (androidx/media#1903). An app may add
 * headers (`setDefaultRequestProperties`), which it sends with every request.
 */
export const exoPlayer = (options: { readonly sendsSecret: boolean }): Run =>
  player('ExoPlayerLib/2.19 (Linux; Android 14)', { keepsCookies: false, ...options })

/** AVPlayer: the app's cookie store, and those of its cookies that fit the URL (AVURLAssetHTTPCookiesKey). */
export const avPlayer: Run = player('AppleCoreMedia/1.0.0.21F90 (iPhone; U; CPU OS 17_5 like Mac OS X; en_us)', {
  keepsCookies: true,
  sendsSecret: false,
})

const navigation: Headers = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

/** A download manager that takes over from a browser: it gets the URL that the link led to, and nothing else. */
export const takesOver: Run = errand => {
  const browser = new HttpClient({ ...navigation, 'user-agent': 'Mozilla/5.0 Firefox/140.0' }, { keepsCookies: true })
  return eachVisit(errand, async () => {
    const { url } = await browser.get(errand.link)
    const manager = new HttpClient({ accept: '*/*', 'user-agent': 'Downloader/1.0' }, { keepsCookies: false })
    return url === errand.link ? undefined : savedIf(await manager.get(url))
  })
}

/**
 * An app's WebView that hands a download to Android's DownloadManager (`setDownloadListener`): the app copies the cookie for the URL
 * (`CookieManager.getCookie`) and the User-Agent.
 */
export const webView: Run = errand => {
  const userAgent =
    'Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Version/4.0 Chrome/140.0 Mobile Safari/537.36'
  const browser = new HttpClient({ ...navigation, 'user-agent': userAgent }, { keepsCookies: true })
  return eachVisit(errand, async () => {
    const { url } = await browser.get(errand.link)
    const cookie = browser.cookiesFor(url)
    const manager = new HttpClient(
      { 'user-agent': userAgent, ...(cookie !== '' && { cookie }) },
      { keepsCookies: false },
    )
    return url === errand.link ? undefined : savedIf(await manager.get(url))
  })
}

/** Node's fetch, which follows redirects with its headers, and keeps no cookies. This process must trust the certificate. */
export const fetchApi = ({ sendsSecret }: { readonly sendsSecret: boolean }): Run => {
  return errand =>
    eachVisit(errand, async () => {
      const headers = sendsSecret ? { 'once-client': errand.secret } : {}
      const response = await fetch(errand.link, { headers })
      return response.ok ? { bytes: Buffer.from(await response.arrayBuffer()) } : undefined
    })
}

/** A program that asks for JSON, and sends the cookies that the body names. */
export const jsonProgram: Run = errand =>
  eachVisit(errand, async () => {
    const response = await fetch(errand.link, { headers: { accept: 'application/json' } })
    if (!response.ok) return undefined
    const { url, cookies = {} } = (await response.json()) as { url: string; cookies?: Record<string, string> }
    const cookie = Object.entries(cookies).map(pair => pair.join('='))
    const file = await fetch(url, { headers: { cookie: cookie.join('; ') } })
    return file.ok ? { bytes: Buffer.from(await file.arrayBuffer()) } : undefined
  })
