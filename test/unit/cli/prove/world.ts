import { type NewLink, ProblemError } from '../../../../client/client.ts'
import type { Request } from '../../../../client/requests.ts'
import type { CollectedFacts, Facts } from '../../../../cli/deployment/doctor/facts.ts'
import type { ProveContext } from '../../../../cli/deployment/prove/question.ts'
import { createTrialLinks, trialFile } from '../../../../cli/deployment/prove/trial-links.ts'
import type { TrialKind, TrialResult } from '../../../../cli/deployment/prove/trials/trials.ts'
import type { Proofs } from '../../../../cli/ports/aws-prove.ts'
import type { HttpInit } from '../../../../cli/ports/links.ts'
import type { DriftedResource } from '../../../../cli/ports/aws-stacks.ts'
import type { DeploymentPorts } from '../../../../cli/ports/ports.ts'
import type { SettingsInput } from '../../../../infra/settings/settings.ts'
import { attachmentNamed } from '../../../../shared/object-key.ts'
import type { EpochMs } from '../../../../shared/time.ts'
import { expectedOf, goodFacts, type Mutable } from '../facts.ts'

/** What AWS and clients do in a test; without a change they do what the deployment relies on. */
export interface World {
  readonly acceptsSignature: boolean
  readonly first: 'gate' | 'signature'
  readonly gate: 'checks' | 'is missing' | 'drops headers' | 'drops cookies'
  /** Whether the gate sees the parameters of a signature. */
  readonly seesSignature: boolean
  readonly setsCookie: boolean
  /** Whether an error page replaces what the edge refuses. */
  readonly replacesRefusals: boolean
  /** The status of a file whose version was deleted. */
  readonly deletedStatus: number
  /** Whether error pages arrive from their bucket. */
  readonly showsPages: boolean
  /** What a file without an error has beside its bytes. */
  readonly fileHeaders: Readonly<Record<string, string>>
  /** What a refused signature has. */
  readonly refusalHeaders: Readonly<Record<string, string>>
  /** What IPv6 does here: works, is absent, or leads the gate to refuse. */
  readonly ipv6: 'works' | 'is absent' | 'is refused'
  /** What the throw-away distribution answers. */
  readonly trialText: string
  readonly trialStatus: number
  readonly opensAgain: boolean
  /** The page for senders. */
  readonly page: 'works' | 'is missing' | 'has no policy' | 'has other refusals' | 'gets no other methods'
  /** The OpenID provider of the page. */
  readonly provider: 'works' | 'allows no page' | 'has another issuer' | 'has another host' | 'has no JSON' | 'is down'
  /** What pages of other origins may read: what the setting says, error pages not, or every page everything. */
  readonly cors: 'is set' | 'is not on error pages' | 'allows all'
  /** What S3 does with parts of uploads. */
  readonly parts:
    | 'are checked'
    | 'are not checked'
    | 'are refused'
    | 'are lost'
    | 'come from no page'
    | 'have no header'
  /** What the scan of files does. */
  readonly scan: 'works' | 'finds nothing' | 'refuses all' | 'never ends'
  /** What is shown of a download, and of one that broke off. */
  readonly deliveries: readonly [string, string]
  /** What CloudFormation reports of each stack. */
  readonly drifted: readonly DriftedResource[]
  /** How long a link takes to redirect, in milliseconds. */
  readonly linkMs: number
  /** The status of a link that is opened for the first time. */
  readonly linkStatus: number
  /** The answers of a person, in order; undefined without a terminal. A function gets the question. */
  readonly person: readonly (string | ((question: string) => string))[] | undefined
  /** What curl prints; undefined if it is not installed. */
  readonly curl: string | undefined
  readonly trials: Partial<Readonly<Record<TrialKind, TrialResult>>>
  readonly proofs: Partial<Proofs>
  readonly facts: (facts: Mutable<Facts>) => unknown
}

/** What AWS says of a deployment that works. */
const goodProofs: Partial<Proofs> = {
  hasItem: async () => true,
  deleteVersion: async () => undefined,
  logLine: async () => '{"outcome":"refused"}',
  writeLine: async () => undefined,
  ownMetric: async () => 1,
  handledMessages: async () => 1,
}

const good: World = {
  acceptsSignature: true,
  first: 'signature',
  gate: 'checks',
  seesSignature: true,
  setsCookie: true,
  replacesRefusals: false,
  deletedStatus: 403,
  showsPages: true,
  fileHeaders: { 'content-disposition': attachmentNamed('Prüfung 日本 100%.txt') },
  refusalHeaders: {},
  ipv6: 'works',
  trialText: 'lower case, compressed, no leading zeros',
  trialStatus: 200,
  opensAgain: false,
  page: 'works',
  provider: 'works',
  cors: 'is set',
  parts: 'are checked',
  scan: 'works',
  deliveries: ['complete', 'partial'],
  drifted: [],
  linkMs: 0,
  linkStatus: 302,
  person: undefined,
  curl: undefined,
  trials: {},
  proofs: {},
  facts: () => undefined,
}

/** The host of the page for senders in every world. */
const pageHost = 'd222222abcdef8.cloudfront.net'

/** The host of parts of uploads in every world. */
const bucketHost = 'bucket.example'

/** The host of links in every world. */
export const host = 'd111111abcdef8.cloudfront.net'
const nonce = `E${'x'.repeat(41)}w`

/** The nonce of a link that takes a file, and where that is sent. */
const askedNonce = `E${'y'.repeat(41)}w`
const receivedUrl = `https://${pageHost}/api/received`

/** What a world shows of its run. */
export interface Seen {
  readonly issued: Omit<NewLink, 'key'>[]
  readonly texts: string[]
  readonly said: string[]
  waitedMs: number
  /** How many links were shown. */
  shown: number
}

/** Returns the context of a run in a world, and what it shows. Nothing leaves this process. */
export function contextIn(
  change: Partial<World> = {},
  settings: Partial<SettingsInput> = {},
  texts: string[] = [],
): { readonly context: ProveContext; readonly seen: Seen } {
  const world = { ...good, ...change }
  const expected = expectedOf(settings)
  const facts = goodFacts(expected)
  world.facts(facts)
  const seen: Seen = { issued: [], texts, said: [], waitedMs: 0, shown: 0 }
  const signal = new AbortController().signal
  const ports = portsIn(world, seen)
  const input = { settings: expected.settings, account: expected.account, host, apiUrl: 'https://api.example', signal }
  const waitUntil = () => 600_000 as EpochMs
  const trialOf = (kind: TrialKind): TrialResult =>
    world.trials[kind] ?? { kind: 'missing', why: `needs --also ${kind}` }
  const known = Object.entries(facts).map(([name, value]) => [name, { kind: 'known', value }])
  const context: ProveContext = {
    settings: expected.settings,
    names: expected.names,
    facts: Object.fromEntries(known) as CollectedFacts,
    links: createTrialLinks(input, ports),
    trialOf,
    ports,
    signal,
    waitUntil,
  }
  return { context, seen }
}

function portsIn(world: World, seen: Seen): DeploymentPorts {
  const answers = [...(world.person ?? [])]
  const last = { bind: 'exact', host, key: trialFile.key as string }
  const issue = async (body: NewLink) => {
    const { key, ...fields } = body
    refuseByScan(key, world)
    seen.issued.push(key.startsWith('once/') ? fields : body)
    Object.assign(last, { bind: fields.bind ?? 'exact', key })
    return { url: `https://${host}/d/${nonce}` }
  }
  const upload = async (file: Blob, { key }: { key: string }) => {
    seen.texts.push(await file.text())
    return { key, versionId: 'v' }
  }
  const opened = new Set<number>()
  const proofs = { ...goodProofs, ...world.proofs }
  let isDeleted = false
  const deleteVersion: Proofs['deleteVersion'] = async (...object) => {
    isDeleted = true
    await proofs.deleteVersion?.(...object)
  }
  const ports = {
    http: {
      async fetch(url: string, { headers, family, method = 'GET', body }: HttpInit) {
        const request = { url, headers: Object.fromEntries(new Headers(headers)), family, method, body }
        if (url.includes('/d/')) seen.waitedMs += world.linkMs
        if (family === 6 && world.ipv6 === 'is absent') throw new Error('ENETUNREACH')
        return respond(request, {
          world,
          ...last,
          isDeleted,
          isUsed: isUsed(request, opened, seen.issued.length) && world.linkStatus === 302,
        })
      },
    },
    apis: {
      deployed: () => ({ issue, upload }),
      sender: () => async (request: Request<unknown>) => apiAnswer(request, seen, world),
    },
    processes: { pid: 1 },
    programs: { run: async () => (world.curl === undefined ? undefined : { code: 0, output: world.curl }) },
    random: (bytes: number) => new Uint8Array(bytes).fill(7),
    clock: {
      now: () => seen.waitedMs as EpochMs,
      async pause(ms: number) {
        seen.waitedMs += ms
      },
    },
    info: (line: string) => void seen.said.push(line),
    ask:
      world.person === undefined
        ? undefined
        : async (question: string) => {
            const next = answers.shift() ?? ''
            return typeof next === 'string' ? next : next(question)
          },
    aws: {
      proofs: { ...proofs, deleteVersion },
      stacks: {
        describe: async () => ({ outputs: world.page === 'is missing' ? {} : { SendPageUrl: `https://${pageHost}/` } }),
        drift: async () => ({ resources: world.drifted, unread: undefined }),
      },
    },
  }
  return ports as unknown as DeploymentPorts
}

/** Refuses a link as the API does after a scan. */
function refuseByScan(key: string, { scan }: World): void {
  const isMalware = key.includes('malware')
  const isLocked = key.includes('locked')
  if (scan === 'never ends') throw new ProblemError({ status: 409, reason: 'object-unchecked', attempts: 1 })
  if (!(scan === 'refuses all' || ((isMalware || isLocked) && scan === 'works'))) return
  const errors = [
    {
      field: 'key',
      got: isMalware ? 'THREATS_FOUND' : isLocked ? 'UNSUPPORTED' : 'ACCESS_DENIED',
      allowed: 'NO_THREATS_FOUND',
    },
  ]
  throw new ProblemError({ status: 422, reason: 'object-refused', errors, attempts: 1 })
}

interface ViewerRequest extends Pick<HttpInit, 'family'> {
  readonly body: HttpInit['body']
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
}

/** Whether a link was opened before: the links of this world differ only in their number. */
function isUsed({ url }: ViewerRequest, opened: Set<number>, number: number): boolean {
  if (!url.includes('/d/')) return false
  const was = opened.has(number)
  opened.add(number)
  return was
}

interface Scene {
  readonly world: World
  readonly bind: string
  readonly key: string
  readonly isDeleted: boolean
  readonly isUsed: boolean
}

function respond(request: ViewerRequest, scene: Scene): Response {
  const { headers, status, body } = responseTo(request, scene)
  const { origin } = request.headers
  const isAllowed = scene.world.cors === 'allows all' || origin === 'https://portal.example.com'
  if (origin !== undefined && isAllowed && (status < 400 || scene.world.cors !== 'is not on error pages')) {
    headers.append('access-control-allow-origin', origin)
    headers.append('access-control-allow-credentials', 'true')
  }
  return new Response(body, { status, headers })
}

function responseTo(request: ViewerRequest, { world, bind, key, isDeleted, isUsed: used }: Scene): Response {
  const { pathname, searchParams, host: at } = new URL(request.url)
  if (request.url.startsWith(receivedUrl)) return receivedResponse(pathname, world)
  if (at === pageHost) return pageResponse(request, pathname, world)
  if (at === bucketHost) return partResponse(request, world)
  if (at.endsWith('login.example.com')) return providerResponse(request, world)
  if (at !== host) return response(world.trialStatus, {}, world.trialText)
  if (pathname.endsWith(askedNonce)) return response(200, {}, JSON.stringify({ url: receivedUrl, token: 'token' }))
  if (pathname.startsWith('/d/')) {
    const mark = { 'x-once': world.replacesRefusals ? 'page' : 'link' }
    if (!pathname.endsWith(nonce)) return response(404, mark, 'unknown')
    if (used && !world.opensAgain) return response(403, mark, 'used')
    if (world.linkStatus !== 302) return response(world.linkStatus, { 'x-once': 'link' }, 'later')
    const location = `/${key}?versionId=v&l=${'i'.repeat(22)}${bind === 'client-only' ? '&c=hash' : ''}&Signature=good`
    const cookie = `__Secure-once-${'i'.repeat(22)}=secret; Path=/`
    if (request.method === 'POST') return response(200, {}, JSON.stringify({ url: `https://${host}${location}` }))
    const isBrowser = 'sec-fetch-site' in request.headers
    return response(302, { location, ...(isBrowser && world.setsCookie && { 'set-cookie': cookie }) }, '')
  }
  return isDeleted && pathname.endsWith('deleted.txt')
    ? errorPage(world.deletedStatus, world)
    : fileResponse(request, searchParams, world)
}

/** The API takes each request of these questions. */
function apiAnswer({ method, path }: Request<unknown>, seen: Seen, { deliveries }: World): unknown {
  if (path === '/links') return { url: `https://${host}/d/${askedNonce}` }
  if (path.startsWith('/links/')) return { delivery: { state: deliveries[seen.shown++ % 2] } }
  if (path.endsWith('/parts')) return signedPart
  return method === 'DELETE' ? undefined : { id: 'u'.repeat(43) }
}

const signedPart = { parts: [{ number: 1, url: `https://${bucketHost}/part`, headers: {} }] }

function receivedResponse(path: string, { parts }: World): Response {
  if (path.endsWith('/parts')) return response(200, {}, JSON.stringify(signedPart))
  const upload = { id: 'u'.repeat(43), filename: 'prove.txt', bytes: 21, partBytes: 8_388_608, arrived: [] }
  const received = path.endsWith('/complete') && parts !== 'are lost' ? { filename: 'prove.txt', bytes: 21 } : undefined
  const state = { state: 'open', maxBytes: 21, endsAt: '2026-12-07T00:00:00Z', upload, received }
  return response(200, {}, JSON.stringify(state))
}

function partResponse({ method, headers, body }: ViewerRequest, { parts }: World): Response {
  if (method === 'OPTIONS') {
    const known = parts === 'have no header' ? 'range' : (headers['access-control-request-headers'] ?? '')
    const allowed = { origin: '*', methods: 'GET, PUT', headers: known }
    const named = Object.entries(allowed).map(([name, value]) => [`access-control-allow-${name}`, value])
    return parts === 'come from no page' ? response(403, {}, '') : response(200, Object.fromEntries(named), '')
  }
  const isRight = new TextDecoder().decode(body as Uint8Array) === 'A part of once prove.'
  const isTaken = parts === 'are not checked' || (isRight && parts !== 'are refused')
  return response(isTaken ? 200 : 400, parts === 'come from no page' ? {} : { 'access-control-allow-origin': '*' }, '')
}

function providerResponse({ url, headers, method }: ViewerRequest, { provider }: World): Response {
  const isAllowed = provider !== 'allows no page' && headers['origin'] === `https://${pageHost}`
  const cors = { ...(isAllowed && { 'access-control-allow-origin': headers['origin'] ?? '' }) }
  if (provider === 'is down') return response(503, cors, 'later')
  if (method === 'POST') return response(400, cors, provider === 'has no JSON' ? '<html>' : '{"error":"invalid_grant"}')
  const { origin } = new URL(url)
  const issuer = provider === 'has another issuer' ? `${origin}/other` : origin
  const endpoint = provider === 'has another host' ? 'https://tokens.login.example.com/token' : `${origin}/token`
  return response(200, cors, JSON.stringify({ issuer, token_endpoint: endpoint }))
}

function pageResponse({ method }: ViewerRequest, path: string, { page }: World): Response {
  const policy = page === 'has no policy' ? '' : "connect-src 'self' https://login.example.com; frame-ancestors 'none'"
  if (page === 'gets no other methods' && method !== 'GET') return response(403, {}, '<Error>')
  if (path === '/') return response(200, { 'content-security-policy': policy }, '<!doctype html>')
  return page === 'has other refusals'
    ? response(403, {}, '<Error>')
    : response(401, {}, '{"reason":"token-malformed"}')
}

/** The order is that of the world: both must pass. */
function fileResponse(request: ViewerRequest, query: URLSearchParams, world: World): Response {
  const byGate = gateRefusal(request, query, world)
  const bySignature = query.get('Signature') === 'good' && world.acceptsSignature ? undefined : errorPage(403, world)
  const [first, second] = world.first === 'gate' ? [byGate, bySignature] : [bySignature, byGate]
  const refused = first ?? second
  if (refused !== undefined) return refused
  return response(
    200,
    world.fileHeaders,
    request.url.includes('prove-clean') ? 'This file is clean.\n' : trialFile.text,
  )
}

function gateRefusal(request: ViewerRequest, query: URLSearchParams, world: World): Response | undefined {
  if (world.gate === 'is missing') return undefined
  const isIpv6Refused = request.family === 6 && world.ipv6 === 'is refused'
  const isAltered = query.has('other') || (world.seesSignature && query.getAll('Signature').length > 1)
  const cookie = world.gate === 'drops cookies' ? undefined : request.headers['cookie']
  const header = world.gate === 'drops headers' ? undefined : request.headers['once-client']
  const isOther = query.has('c') && cookie === undefined && header === undefined
  return isAltered || isOther || isIpv6Refused ? response(403, { 'x-once': 'gate' }, 'refused') : undefined
}

function errorPage(status: number, { showsPages, refusalHeaders }: World): Response {
  return response(status, { ...refusalHeaders, ...(showsPages && { 'x-once': 'page' }) }, '<html>')
}

function response(status: number, headers: Readonly<Record<string, string>>, body: string): Response {
  return new Response(body, { status, headers })
}
