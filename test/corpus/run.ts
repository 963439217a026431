import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Answer, ask, issueAt } from '../support/http.ts'
import { headersOf, type Shape, type Step } from './corpus.ts'

/** Where shapes are tried: an api, at least two edges, and the clock of both. */
export interface Place {
  readonly api: string
  readonly edges: readonly string[]
  readonly clock: { advance(ms: number): void }
}

/** What became of a link that a shape had. */
export interface Fate {
  /** The status of each answer, or 0 where nothing was sent. */
  readonly statuses: readonly number[]
  readonly spent: boolean
  /** A person had the file afterwards. */
  readonly served: boolean
  /** What the issuer is told of it; only with a receipt. */
  readonly unredeemed?: Unredeemed
  /** What the issuer should be told, by what was sent. */
  readonly sent: Unredeemed
}

/** How many requests were answered without using the link. */
export interface Unredeemed {
  readonly unconfirmed: number
  readonly automated: number
  readonly probed: number
}

interface Page {
  readonly url: string
  readonly body: string
}

interface Visit {
  readonly link: string
  readonly otherEdge: string
  readonly jars: Map<string, Map<string, string>>
  page?: Page
}

/** Gives a fresh link to a shape, and then to a person. */
export async function tryShape(shape: Shape, place: Place, issue: object): Promise<Fate> {
  const { id, url } = await issueAt(place.api, issue)
  const visit = visitTo(url, place)
  const statuses: number[] = []
  const sent = { unconfirmed: 0, automated: 0, probed: 0 }
  for (const step of shape.steps) {
    place.clock.advance(step.pauseMs ?? 0)
    const answer = await take(step, visit)
    statuses.push(answer?.status ?? 0)
    const kind = answer && kindOf(step, shape)
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

/** A person opens the link in Chrome, reads, and presses the button if there is one. Says whether they got the file. */
export async function visitedByPerson(url: string, place: Place): Promise<boolean> {
  const visit = visitTo(url, place)
  const opened = await take({ method: 'GET', as: 'chrome', cookies: 'theirs' }, visit)
  if (opened?.status !== 200) return opened?.status === 302
  place.clock.advance(1100)
  const step = { method: 'POST', as: 'chrome sends a form', cookies: 'theirs', postsForm: {} }
  return (await take(step, visit))?.status === 303
}

function visitTo(link: string, { edges }: Place): Visit {
  return { link, otherEdge: edges.find(edge => !link.startsWith(edge)) ?? link, jars: new Map() }
}

/** One request; undefined where it is for a form and there was none. */
async function take(step: Step, visit: Visit): Promise<Answer | undefined> {
  const target = step.postsForm
    ? formOf(step.postsForm, visit)
    : { url: visit.link + (step.path ?? ''), body: step.body }
  if (target === undefined) return undefined
  const jar = jarOf(step, visit)
  const kept = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { ...headersOf(step), ...(kept && { cookie: kept }) }
  const asking = { method: step.method, headers, ...(target.body === undefined ? {} : { body: target.body }) }
  // Node.js writes methods in capitals whatever it is told.
  const odd = step.method !== step.method.toUpperCase()
  const answer = odd ? await askAsWritten(target.url, asking) : await ask(target.url, asking)
  for (const cookie of [answer.headers['set-cookie'] ?? []].flat()) keep(cookie, jar)
  if (answer.status === 200 && answer.body.includes('<form')) visit.page = { url: target.url, body: answer.body }
  return answer
}

function jarOf({ cookies }: Step, { jars }: Visit): Map<string, string> {
  if (cookies === undefined) return new Map()
  const jar = jars.get(cookies) ?? new Map<string, string>()
  jars.set(cookies, jar)
  return jar
}

function keep(cookie: string, jar: Map<string, string>): void {
  const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? []
  jar.set(name, value)
}

/** The address and body of the last page's form: what is in it, and what the scanner adds. */
function formOf({ fields, at }: NonNullable<Step['postsForm']>, { page, otherEdge }: Visit) {
  if (page === undefined) return undefined
  const [form = ''] = /<form[\s\S]*?<\/form>/.exec(page.body) ?? []
  const attribute = (tag: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  const [opening = ''] = /<form[^>]*>/.exec(form) ?? []
  const own = [...form.matchAll(/<(?:input|button)[^>]*>/g)].flatMap(([tag]): [string, string][] => {
    const name = attribute(tag, 'name')
    return name === undefined ? [] : [[name, attribute(tag, 'value') ?? '']]
  })
  const { href, origin } = new URL(attribute(opening, 'action') ?? '', page.url)
  const url = at === 'another edge' ? otherEdge + href.slice(origin.length) : href
  return { url, body: new URLSearchParams([...own, ...Object.entries(fields ?? {})]).toString() }
}

/** A request whose method nobody tidies up. The answer's body is what there is until the end. */
async function askAsWritten(url: string, asking: { method: string; headers: Record<string, string> }): Promise<Answer> {
  const { hostname, port, host, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  const lines = Object.entries({ host, connection: 'close', ...asking.headers }).map(each => each.join(': '))
  socket.end(`${[`${asking.method} ${pathname} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`)
  const body = await text(socket)
  return { status: Number(body.split(' ')[1]), headers: {}, body }
}

/** As what a request should be counted that was answered without using the link; undefined for what isn't counted. */
function kindOf({ method, path = '?', announces }: Step, shape: Shape): keyof Unredeemed | undefined {
  if (!path.startsWith('?')) return undefined
  if (method === 'HEAD' || method === 'OPTIONS') return 'probed'
  if (method !== 'GET' && method !== 'POST') return undefined
  return (announces ?? shape.announces) ? 'automated' : 'unconfirmed'
}

/** What the api says of a link: nothing, once one without a receipt is used. */
async function viewOf(id: string, { api }: Place): Promise<{ state: string; unredeemed?: Unredeemed } | undefined> {
  const { status, body } = await ask(`${api}/links/${id}`)
  if (status === 404) return undefined
  if (status !== 200) throw new Error(`the api answered ${status}: ${body}`)
  const { state, unredeemed } = JSON.parse(body) as { state: string; unredeemed?: Unredeemed }
  return {
    state,
    ...(unredeemed && {
      unredeemed: { unconfirmed: unredeemed.unconfirmed, automated: unredeemed.automated, probed: unredeemed.probed },
    }),
  }
}
