import type { CloudFrontResultResponse } from 'aws-lambda'
import { expect, test } from 'vitest'
import type { Link } from '../../../shared/link.ts'
import { parseNetwork } from '../../../shared/network.ts'
import type { Nonce, NonceFlags } from '../../../shared/nonce.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { answerFault, operationAt } from '../../support/machine/documented.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { type Exchanging, testExchange } from '../../support/api/exchange.ts'
import { futureNonce, makeDraft, makeLink, makeUse, secondsFromNoon } from '../../support/table/links.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'

const secret = 'Zq1wSx2eDc3rFv4tGb5yHn6uJm7iK8oL9pQ0aWsEdRf'
const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(-9), urlExpiresAt: secondsFromNoon(21) }
const film = { key: 'film/index.m3u8' as ObjectKey, media: 'folder', urlSeconds: 3600 } as const
const several = (taken: number): Partial<Link> => {
  const uses = Array.from({ length: taken }, () => makeUse(-9))
  return { confirm: 'required', state: 'live', maxUses: 2, uses }
}
const takesFile: Partial<Link> = {
  key: 'in/received' as ObjectKey,
  maxBytes: 25_000_000,
  confirm: 'required',
  state: 'live',
  bind: 'none',
}
const links: Readonly<Record<string, readonly [fields: Partial<Link>, flags?: Partial<NonceFlags>]>> = {
  plain: [{}],
  receipt: [{ state: 'live' }],
  confirm: [{ confirm: 'required' }],
  'confirm, receipt': [{ confirm: 'required', state: 'live' }],
  folder: [film],
  film: [{ ...film, key: 'film.mp4' as ObjectKey, media: 'object' }],
  passphrase: [{ state: 'live', passphraseHash: 'hash', tries: 0, maxTries: 3 }],
  client: [{ bind: 'client' }],
  'client-only': [{ bind: 'client-only' }],
  early: [{ notBefore: secondsFromNoon(60) }],
  expired: [{ expiresAt: secondsFromNoon(0) }],
  revoked: [{ state: 'revoked' }, { receipt: false }],
  'revoked, receipt': [{ state: 'revoked' }],
  replaced: [{ state: 'revoked', replacedBy: makeLink().link.id }],
  network: [{ network: parseNetwork('198.51.100.0/24')! }],
  'used, receipt': [{ state: 'used', receipt }],
  'uses none': [several(0)],
  'uses some': [several(1)],
  'uses up': [several(2)],
  'uses own': [several(0)],
  'uses own, up': [several(1)],
  'uses, revoked': [{ ...several(1), state: 'revoked' }],
  upload: [takesFile],
  'upload, not here': [takesFile],
  'other kind': [{ state: 'live', confirm: 'required' }, { extended: true }],
  used: [{}],
  'newer Region': [{}],
  forged: [{}],
  malformed: [{}],
}
/** What the last rows, of which the table has no item, request instead of the nonce of their link. */
const absent: Readonly<Record<string, (nonce: Nonce) => string>> = {
  used: nonce => nonce,
  'newer Region': () => futureNonce({ region: 200 }),
  forged: () => Buffer.alloc(32, 0x10).toString('base64url'),
  malformed: nonce => nonce.slice(1),
}

const key = { 'Idempotency-Key': 'order 17' }
const requests: Readonly<Record<string, Omit<Parameters<typeof viewerRequest>[0], 'uri'>>> = {
  browser: { headers: { Accept: 'text/html,*/*;q=0.8' } },
  program: {},
  json: { headers: { Accept: 'application/json' } },
  'with a query': { querystring: 'utm_source=mail' },
  'with a key': { headers: key },
  post: { method: 'POST' },
  'post, key': { method: 'POST', headers: key },
  'post, client': { method: 'POST', headers: { 'Once-Client': secret } },
  head: { method: 'HEAD' },
  options: { method: 'OPTIONS' },
  put: { method: 'PUT' },
  prefetch: { headers: { 'Sec-Purpose': 'prefetch' } },
  robot: { headers: { 'User-Agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' } },
  'other origin': { headers: { Origin: 'https://portal.example' } },
  'key empty': { headers: { 'Idempotency-Key': '' } },
  ipv6: { clientIp: '2001:db8::1' },
  'hosts two': { headers: { Host: ['files.example.com', 'evil.example'] } },
  forwarded: { headers: { 'X-Forwarded-For': '198.51.100.9' } },
}
const exchanges: Readonly<Record<string, Exchanging>> = {
  exchange: {},
  'exchange, key': { headers: { 'content-type': 'application/json', ...key } },
}
/** Requests whose response says nothing of the nonce. */
const blind = ['head', 'options', 'put', 'prefetch', 'robot', 'other origin']
const blocks = [
  ['browser', 'program', 'json', 'with a query', 'with a key', 'forwarded'],
  ['post', 'post, key', 'post, client', 'exchange', 'exchange, key'],
  blind,
  ['key empty', 'ipv6', 'hosts two'],
]

/** Issues a link at an edge and an exchange with one store. */
async function issued(name: string) {
  const deployment = { gate: true, ...(name !== 'upload, not here' && { uploadApi: 'https://send.example.com/api' }) }
  const edge = testEdge({}, deployment)
  const exchange = testExchange({ store: edge.store, deployment })
  const { nonce, link } = makeLink(...links[name]!)
  const isAbsent = name in absent
  if (!isAbsent) await edge.store.links.put(link, link.homeRegion)
  const stored = () => edge.store.links.find(link.id, link.homeRegion)
  const earlier = viewerRequest({ uri: `/d/${nonce}`, ...requests['post, key'] })
  if (name.startsWith('uses own')) await testEdge({ table: edge.store.table }, { gate: true }).open(earlier)
  return { edge, exchange, nonce: absent[name]?.(nonce) ?? nonce, stored }
}

/** Returns a response of the edge as a client gets it. */
function responseOf({ status, headers = {}, body }: CloudFrontResultResponse) {
  const flat = Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values[0]?.value ?? '']))
  const isJson = flat['content-type']?.includes('json') === true
  return { status: Number(status), headers: flat, body: body === undefined || !isJson ? body : JSON.parse(body) }
}

/** How often a link was used, as far as its item says. */
function usesIn(link: Link | undefined): number {
  return link === undefined || link.state === 'used' ? 1 : (link.uses?.length ?? 0)
}

/**
 * Makes one request for one link. Returns the status, the reason of a refusal, whether it is a page, whether the link is used by it
 * (!), and the calls of the table; checks what holds for each.
 */
async function decide(name: string, request: string): Promise<string> {
  const { edge, exchange, nonce, stored } = await issued(name)
  const before = await stored()
  const exchanging = exchanges[request]
  const { method = 'GET', ...rest } = requests[request] ?? {}
  const send = (uri: string) => edge.open(viewerRequest({ uri, method, ...rest }))
  const raw = exchanging === undefined ? await send(`/d/${nonce}`) : undefined
  const response = raw === undefined ? await exchange.exchange(nonce, exchanging) : responseOf(raw)
  const lines = [...edge.lines, ...exchange.lines]
  const calls = edge.calls() + exchange.calls()
  const operation = raw === undefined ? operationAt('POST', '/exchange') : operationAt(method, '/d/{nonce}')
  if (operation !== undefined) expect(answerFault(operation, response), `${name}, ${request}`).toBeUndefined()
  expect(lines).toHaveLength(1)
  expect(JSON.stringify(lines)).not.toMatch(
    new RegExp(
      `${nonce}|203\\.0\\.113|198\\.51|order 17|${secret}|report|film|in/received|upload\\.html|files\\.example|Signature`,
    ),
  )
  if (blind.includes(request)) expect(raw).toEqual(await send('/d/x'))
  const after = await stored()
  const uses = usesIn(after) > usesIn(before)
  if (!uses) expect(after && { ...after, unredeemed: undefined }).toEqual(before)
  if (!uses && name === 'plain') expect((await edge.open(viewerRequest({ uri: `/d/${nonce}` }))).status).toBe('302')
  const page = response.headers['content-type']?.startsWith('text/html') === true ? ' page' : ''
  const reason = (lines[0] as { reason?: string }).reason ?? (response.body as { reason?: string } | undefined)?.reason
  return `${response.status}${reason === undefined ? '' : ` ${reason}`}${page}${uses ? '!' : ''} ${calls}`
}

const expected = `
                 | browser                  | program                   | json                      | with a query              | with a key                | forwarded
plain            | 302! 1                   | 302! 1                    | 200! 1                    | 302! 1                    | 302! 1                    | 302! 1
receipt          | 302! 1                   | 302! 1                    | 200! 1                    | 302! 1                    | 302! 1                    | 302! 1
confirm          | 200 page 1               | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1
confirm, receipt | 200 page 1               | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1
folder           | 200 page! 1              | 302! 1                    | 200! 1                    | 302! 1                    | 302! 1                    | 302! 1
film             | 200 page! 1              | 302! 1                    | 200! 1                    | 302! 1                    | 302! 1                    | 302! 1
passphrase       | 200 page 1               | 403 passphrase-required 0 | 403 passphrase-required 0 | 403 passphrase-required 0 | 403 passphrase-required 0 | 403 passphrase-required 0
client           | 302! 1                   | 302! 1                    | 200! 1                    | 302! 1                    | 302! 1                    | 302! 1
client-only      | 302! 1                   | 403 client-required 1     | 200! 1                    | 403 client-required 1     | 403 client-required 1     | 403 client-required 1
early            | 403 not-yet-valid page 1 | 403 not-yet-valid 1       | 403 not-yet-valid 1       | 403 not-yet-valid 1       | 403 not-yet-valid 1       | 403 not-yet-valid 1
expired          | 403 expired page 0       | 403 expired 0             | 403 expired 0             | 403 expired 0             | 403 expired 0             | 403 expired 0
revoked          | 403 revoked page 1       | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 403 revoked 1
revoked, receipt | 403 revoked page 1       | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 403 revoked 1
replaced         | 403 replaced page 1      | 403 replaced 1            | 403 replaced 1            | 403 replaced 1            | 403 replaced 1            | 403 replaced 1
network          | 403 wrong-network page 1 | 403 wrong-network 1       | 403 wrong-network 1       | 403 wrong-network 1       | 403 wrong-network 1       | 403 wrong-network 1
used, receipt    | 403 spent page 2         | 403 spent 2               | 403 spent 2               | 403 spent 2               | 403 spent 2               | 403 spent 2
uses none        | 200 page 1               | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1
uses some        | 200 page 1               | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1
uses up          | 403 spent page 2         | 403 spent 2               | 403 spent 2               | 403 spent 2               | 403 spent 2               | 403 spent 2
uses own         | 200 page 1               | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 302 2                     | 403 unconfirmed 1
uses own, up     | 403 spent page 2         | 403 spent 2               | 403 spent 2               | 403 spent 2               | 302 2                     | 403 spent 2
uses, revoked    | 403 revoked page 1       | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 403 revoked 1
upload           | 200 page 1               | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1         | 403 unconfirmed 1
upload, not here | 503 unsupported page 0   | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0
other kind       | 503 unsupported page 1   | 503 unsupported 1         | 503 unsupported 1         | 503 unsupported 1         | 503 unsupported 1         | 503 unsupported 1
used             | 403 spent page 1         | 403 spent 1               | 403 spent 1               | 403 spent 1               | 403 spent 1               | 403 spent 1
newer Region     | 503 unsupported page 0   | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0
forged           | 404 forged page 0        | 404 forged 0              | 404 forged 0              | 404 forged 0              | 404 forged 0              | 404 forged 0
malformed        | 404 malformed page 0     | 404 malformed 0           | 404 malformed 0           | 404 malformed 0           | 404 malformed 0           | 404 malformed 0

                 | post                      | post, key                 | post, client              | exchange                  | exchange, key
plain            | 403 unconfirmed 1         | 303! 1                    | 303! 1                    | 200! 1                    | 200! 1
receipt          | 403 unconfirmed 1         | 303! 1                    | 303! 1                    | 200! 1                    | 200! 1
confirm          | 403 unconfirmed 1         | 303! 1                    | 303! 1                    | 200! 1                    | 200! 1
confirm, receipt | 403 unconfirmed 1         | 303! 1                    | 303! 1                    | 200! 1                    | 200! 1
folder           | 403 unconfirmed 1         | 303! 1                    | 303! 1                    | 503 unsupported 0         | 503 unsupported 0
film             | 403 unconfirmed 1         | 303! 1                    | 303! 1                    | 503 unsupported 0         | 503 unsupported 0
passphrase       | 403 passphrase-required 0 | 403 passphrase-required 0 | 403 passphrase-required 0 | 403 passphrase-required 0 | 403 passphrase-required 0
client           | 403 unconfirmed 1         | 303! 1                    | 303! 1                    | 503 unsupported 0         | 503 unsupported 0
client-only      | 403 client-required 1     | 403 client-required 1     | 303! 1                    | 503 unsupported 0         | 503 unsupported 0
early            | 403 not-yet-valid 1       | 403 not-yet-valid 1       | 403 not-yet-valid 1       | 403 not-yet-valid 1       | 403 not-yet-valid 1
expired          | 403 expired 0             | 403 expired 0             | 403 expired 0             | 403 expired 0             | 403 expired 0
revoked          | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 403 revoked 1
revoked, receipt | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 403 revoked 1
replaced         | 403 replaced 1            | 403 replaced 1            | 403 replaced 1            | 403 replaced 1            | 403 replaced 1
network          | 403 wrong-network 1       | 403 wrong-network 1       | 403 wrong-network 1       | 403 wrong-network 1       | 403 wrong-network 1
used, receipt    | 403 spent 2               | 403 spent 2               | 403 spent 2               | 403 spent 2               | 403 spent 2
uses none        | 403 unconfirmed 1         | 303! 1                    | 303! 1                    | 503 unsupported 0         | 503 unsupported 0
uses some        | 403 unconfirmed 1         | 303! 1                    | 303! 1                    | 503 unsupported 0         | 503 unsupported 0
uses up          | 403 spent 2               | 403 spent 2               | 403 spent 2               | 503 unsupported 0         | 503 unsupported 0
uses own         | 403 unconfirmed 1         | 303 1                     | 303! 1                    | 503 unsupported 0         | 503 unsupported 0
uses own, up     | 403 spent 2               | 303 1                     | 403 spent 2               | 503 unsupported 0         | 503 unsupported 0
uses, revoked    | 403 revoked 1             | 403 revoked 1             | 403 revoked 1             | 503 unsupported 0         | 503 unsupported 0
upload           | 403 unconfirmed 1         | 303! 1                    | 303! 1                    | 503 unsupported 0         | 503 unsupported 0
upload, not here | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0
other kind       | 503 unsupported 1         | 503 unsupported 1         | 503 unsupported 1         | 503 unsupported 0         | 503 unsupported 0
used             | 403 spent 1               | 403 spent 1               | 403 spent 1               | 403 spent 1               | 403 spent 1
newer Region     | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0         | 503 unsupported 0
forged           | 404 forged 0              | 404 forged 0              | 404 forged 0              | 404 forged 0              | 404 forged 0
malformed        | 404 malformed 0           | 404 malformed 0           | 404 malformed 0           | 404 malformed 0           | 404 malformed 0

                 | head  | options | put                      | prefetch          | robot           | other origin
plain            | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
receipt          | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
confirm          | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
confirm, receipt | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
folder           | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
film             | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
passphrase       | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
client           | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
client-only      | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
early            | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
expired          | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
revoked          | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
revoked, receipt | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
replaced         | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
network          | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
used, receipt    | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
uses none        | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
uses some        | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
uses up          | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
uses own         | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
uses own, up     | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
uses, revoked    | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
upload           | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
upload, not here | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
other kind       | 200 1 | 204 1   | 405 method-not-allowed 0 | 403 speculative 1 | 403 automated 1 | 403 cross-origin 1
used             | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
newer Region     | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
forged           | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0
malformed        | 200 0 | 204 0   | 405 method-not-allowed 0 | 403 speculative 0 | 403 automated 0 | 403 cross-origin 0

                 | key empty                     | ipv6                      | hosts two
plain            | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
receipt          | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
confirm          | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
confirm, receipt | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
folder           | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
film             | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
passphrase       | 400 idempotency-key-invalid 0 | 403 passphrase-required 0 | 404 malformed 0
client           | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
client-only      | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
early            | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
expired          | 400 idempotency-key-invalid 0 | 403 expired 0             | 404 malformed 0
revoked          | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
revoked, receipt | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
replaced         | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
network          | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
used, receipt    | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
uses none        | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
uses some        | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
uses up          | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
uses own         | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
uses own, up     | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
uses, revoked    | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
upload           | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
upload, not here | 400 idempotency-key-invalid 0 | 503 unsupported 0         | 404 malformed 0
other kind       | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
used             | 400 idempotency-key-invalid 0 | 403 address-unsupported 0 | 404 malformed 0
newer Region     | 400 idempotency-key-invalid 0 | 503 unsupported 0         | 404 malformed 0
forged           | 400 idempotency-key-invalid 0 | 404 forged 0              | 404 malformed 0
malformed        | 400 idempotency-key-invalid 0 | 404 malformed 0           | 404 malformed 0
`

test('each request for each link has its outcome', async () => {
  const grid: string[] = []
  for (const columns of blocks) {
    const rows = [['', ...columns]]
    for (const name of Object.keys(links)) {
      rows.push([name, ...(await Promise.all(columns.map(column => decide(name, column))))])
    }
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
    grid.push(
      rows
        .map(row =>
          row
            .map((cell, column) => cell.padEnd(widths[column]!))
            .join(' | ')
            .trimEnd(),
        )
        .join('\n'),
    )
  }
  expect(`\n${grid.join('\n\n')}\n`).toBe(expected)
})
