import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Answer, ask, issueAt } from '../support/machine/http.ts'
import { headersOf, type Shape, type Step } from './corpus.ts'

/** The servers that get the requests: an api, at least two edges, and the clock of both. */
export interface Place {
  readonly api: string
  readonly edges: readonly string[]
  readonly clock: { advance(ms: number): void }
}

/** State of a link after the requests of a shape. */
export interface Fate {
  /** Status of each response, or 0 for a request that was not sent. */
  readonly statuses: readonly number[]
  readonly spent: boolean
  /** Whether a person got the file afterwards. */
  readonly served: boolean
  /** The counts that the api shows to the issuer; only with a receipt. */
  readonly unredeemed?: Unredeemed
  /** The counts of the requests that were sent. */
  readonly sent: Unredeemed
}

/** Numbers of requests that did not use the link. */
interface Unredeemed {
  readonly unconfirmed: number
  readonly automated: number
  readonly probed: number
}

interface Page {
  readonly url: string
  readonly body: string
}

interface Session {
  readonly link: string
  readonly otherEdge: string
  readonly jars: Map<string, Map<string, string>>
  page?: Page
}

/** Issues a link, makes the requests of a shape, and then lets a person open the link. */
export async function tryShape(shape: Shape, place: Place, issue: object): Promise<Fate> {
  const { id, url } = await issueAt(place.api, issue)
  const session = sessionFor(url, place)
  const statuses: number[] = []
  const sent = { unconfirmed: 0, automated: 0, probed: 0 }
  for (const step of shape.steps) {
    place.clock.advance(step.pauseMs ?? 0)
    const response = await sendStep(step, session)
    statuses.push(response?.status ?? 0)
    const kind = response && kindOf(step, shape)
    if (kind) sent[kind] += 1
  }
  const view = await viewOf(id, place)
  const served = await visitedByPerson(url, place)
  return {
    statuses,
    spent: view?.state !== 'live',
    served,
    sent,
    ...(view?.unredeemed && { unredeemed: view.unredeemed }),
  }
}

/**
 * Opens the link as a person in Chrome, who reads the page and presses its button, if any. Returns whether they got the
 * file.
 */
export async function visitedByPerson(url: string, place: Place): Promise<boolean> {
  const session = sessionFor(url, place)
  const first = await sendStep({ method: 'GET', as: 'chrome', cookies: 'theirs' }, session)
  if (first?.status !== 200) return first?.status === 302
  place.clock.advance(1100)
  const step = { method: 'POST', as: 'chrome sends a form', cookies: 'theirs', postsForm: {} }
  // The page after the button leads to the file.
  return (await sendStep(step, session))?.headers['refresh'] !== undefined
}

function sessionFor(link: string, { edges }: Place): Session {
  return { link, otherEdge: edges.find(edge => !link.startsWith(edge)) ?? link, jars: new Map() }
}

/** Sends one request; undefined if it posts a form and the session has no page. */
async function sendStep(step: Step, session: Session): Promise<Answer | undefined> {
  const target = step.postsForm
    ? formOf(step.postsForm, session)
    : { url: session.link + (step.path ?? ''), body: step.body }
  if (target === undefined) return undefined
  const jar = jarOf(step, session)
  const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { ...headersOf(step), ...(cookies && { cookie: cookies }) }
  const options = { method: step.method, headers, ...(target.body === undefined ? {} : { body: target.body }) }
  // Node.js always writes methods in capitals.
  const isOddCase = step.method !== step.method.toUpperCase()
  const response = isOddCase ? await askAsWritten(target.url, options) : await ask(target.url, options)
  for (const cookie of [response.headers['set-cookie'] ?? []].flat()) keep(cookie, jar)
  if (response.status === 200 && response.body.includes('<form'))
    session.page = { url: target.url, body: response.body }
  return response
}

function jarOf({ cookies }: Step, { jars }: Session): Map<string, string> {
  if (cookies === undefined) return new Map()
  const jar = jars.get(cookies) ?? new Map<string, string>()
  jars.set(cookies, jar)
  return jar
}

function keep(cookie: string, jar: Map<string, string>): void {
  const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? []
  jar.set(name, value)
}

/** Returns the URL and body of the last page's form, with its own fields and those of the step. */
function formOf({ fields, at }: NonNullable<Step['postsForm']>, { page, otherEdge }: Session) {
  if (page === undefined) return undefined
  const [form = ''] = /<form[\s\S]*?<\/form>/.exec(page.body) ?? []
  const attribute = (tag: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  const [formTag = ''] = /<form[^>]*>/.exec(form) ?? []
  const own = [...form.matchAll(/<(?:input|button)[^>]*>/g)].flatMap(([tag]): [string, string][] => {
    const name = attribute(tag, 'name')
    return name === undefined ? [] : [[name, attribute(tag, 'value') ?? '']]
  })
  const { href, origin } = new URL(attribute(formTag, 'action') ?? '', page.url)
  const url = at === 'another edge' ? otherEdge + href.slice(origin.length) : href
  return { url, body: new URLSearchParams([...own, ...Object.entries(fields ?? {})]).toString() }
}

/** Sends a request with its method unchanged. The body of the result is the whole response, with its head. */
async function askAsWritten(
  url: string,
  options: { method: string; headers: Record<string, string> },
): Promise<Answer> {
  const { hostname, port, host, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  const lines = Object.entries({ host, connection: 'close', ...options.headers }).map(each => each.join(': '))
  socket.end(`${[`${options.method} ${pathname} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`)
  const body = await text(socket)
  return { status: Number(body.split(' ')[1]), headers: {}, body }
}

/** Returns the kind by which the api counts a request that does not use the link; undefined if it doesn't count it. */
function kindOf({ method, path = '?', announces, headers = {} }: Step, shape: Shape): keyof Unredeemed | undefined {
  if (!path.startsWith('?')) return undefined
  // A preflight calls no store.
  if (method === 'OPTIONS' && 'Access-Control-Request-Method' in headers) return undefined
  if (method === 'HEAD' || method === 'OPTIONS') return 'probed'
  if (method !== 'GET' && method !== 'POST') return undefined
  return (announces ?? shape.announces) ? 'automated' : 'unconfirmed'
}

/** Returns the api's view of a link; undefined for a used link without a receipt. */
async function viewOf(id: string, { api }: Place): Promise<{ state: string; unredeemed?: Unredeemed } | undefined> {
  const { status, body } = await ask(`${api}/links/${id}`)
  if (status === 404) return undefined
  if (status !== 200) throw new Error(`the api responded with ${status}: ${body}`)
  const { state, unredeemed } = JSON.parse(body) as { state: string; unredeemed?: Unredeemed }
  return {
    state,
    ...(unredeemed && {
      unredeemed: { unconfirmed: unredeemed.unconfirmed, automated: unredeemed.automated, probed: unredeemed.probed },
    }),
  }
}
