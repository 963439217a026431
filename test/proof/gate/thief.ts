import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { GateRequest } from '../../../emulator/cloudfront/gate.ts'
import { parseAddress } from '../../../shared/address.ts'
import { clientHash, type GateViewer, gateRequest } from '../../support/gate/gate.ts'
import { type Capability, own, site, victims } from './capabilities.ts'
import type { World } from './cloudfront.ts'

/** A request in the making. */
interface Attempt {
  path: string
  query: string[]
  readonly headers: [name: string, value: string][]
  /** The thief's address. */
  readonly ip: string
  /** Whose file it wants. */
  readonly victim: Capability
}

/** Addresses of the thief: its own in several spellings, neighbours of victims, and such as look like a victim's. */
const addresses = [
  [own.ip, `::ffff:${own.ip}`, '203.0.113.8', '192.0.3.7', '2001:db8:1:3::9', '2001:db8:0:2::9'],
  ['2001:db8:bad::ffff:203.0.113.7', '::203.0.113.7', '64:ff9b::203.0.113.7', '2002:cb00:7107::1'],
  ['203.0.113.70', '20.30.113.7', 'fe80::1%eth0', ''],
].flat()

const queryOf = (url: string) => url.split('?')[1]?.split('&') ?? []
const pathOf = (url: string) => url.slice(site.length).split('?')[0] ?? ''
const every = [...victims, ...own.capabilities].flatMap(({ url }) => queryOf(url))
const ownPairs = own.capabilities.flatMap(({ url }) => queryOf(url))
const secrets = own.capabilities.flatMap(capability => ('secret' in capability ? [capability.secret] : []))
const nameOf = (pair: string) => pair.split('=')[0] ?? ''
const valueOf = (attempt: Attempt, name: string) =>
  queryOf(attempt.victim.url)
    .find(pair => nameOf(pair) === name)
    ?.slice(name.length + 1) ?? ''
const pick = <T>(list: readonly T[], number: number): T => list[number % list.length] as T
const guess = (number: number, length: number) =>
  createHash('sha256').update(String(number)).digest('base64url').slice(0, length)
const lookalikes = new Map<string, string>()

/** Returns a secret whose hash starts like this one, which a thief finds in a moment. */
function lookalike(hash: string): string {
  for (let number = 0; !lookalikes.has(hash); number += 1) {
    const secret = guess(number, 22)
    if (clientHash(secret).startsWith(hash.slice(0, 2))) lookalikes.set(hash, secret)
  }
  return lookalikes.get(hash) ?? ''
}

const encoded = (text: string, at: number) =>
  text.slice(0, at) + `%${text.charCodeAt(at).toString(16)}` + text.slice(at + 1)
/** Starts of the thief's address as a URL would name it, and what is none. */
const ownStarts = ({ ip }: Attempt) => {
  const address = parseAddress(ip) ?? ''
  return [address.slice(0, 9), address.slice(0, 7), address.slice(0, 17), address, '', '4', '6', '4cb']
}

/** Replaces one parameter of the attempt, if it has any, by others. */
function edit(attempt: Attempt, at: number, change: (pair: string) => readonly string[]): void {
  const index = at % Math.max(attempt.query.length, 1)
  const pair = attempt.query[index]
  if (pair !== undefined) attempt.query.splice(index, 1, ...change(pair))
}

const insert = ({ query }: Attempt, at: number, pair: string) => void query.splice(at % (query.length + 1), 0, pair)

const editValue =
  (change: (value: string, number: number) => string) => (attempt: Attempt, one: number, other: number) =>
    edit(attempt, one, pair => [`${nameOf(pair)}=${change(pair.slice(nameOf(pair).length + 1), other)}`])

type Move = (attempt: Attempt, one: number, other: number) => void

/** What a thief can do to a request. */
const moves: Readonly<Record<string, Move>> = {
  'repeat a parameter': (attempt, one, other) => insert(attempt, other, pick(every, one)),
  'repeat with an own address': (attempt, one, other) => insert(attempt, other, `a=${pick(ownStarts(attempt), one)}`),
  'repeat in capitals with an own address': (attempt, one, other) =>
    insert(attempt, other, `A=${pick(ownStarts(attempt), one)}`),
  'repeat with an own value': (attempt, one, other) => insert(attempt, other, pick(ownPairs, one)),
  'remove a parameter': (attempt, one) => edit(attempt, one, () => []),
  'remove the binding': (attempt, one) => {
    const removed = pick(['a', 'c', 'ac', 'lac', 'la', 'lc'], one)
    attempt.query = attempt.query.filter(pair => nameOf(pair).length > 1 || !removed.includes(nameOf(pair)))
  },
  'remove the signature': attempt => (attempt.query = attempt.query.filter(pair => !/^[PSKH]/.test(pair))),
  reorder: (attempt, one, other) =>
    insert(attempt, other, attempt.query.splice(one % (attempt.query.length || 1), 1)[0] ?? ''),
  reverse: attempt => (attempt.query = attempt.query.toReversed()),
  'encode a name': (attempt, one, other) =>
    edit(attempt, one, pair => [
      encoded(nameOf(pair), other % (nameOf(pair).length || 1)) + pair.slice(nameOf(pair).length),
    ]),
  'encode every name': attempt => (attempt.query = attempt.query.map(pair => encoded(pair, 0))),
  'encode a value': editValue((value, number) => (value === '' ? '' : encoded(value, number % value.length))),
  'write a name in capitals': (attempt, one) =>
    edit(attempt, one, pair => [nameOf(pair).toUpperCase() + pair.slice(nameOf(pair).length)]),
  'change a name': (attempt, one, other) =>
    edit(attempt, one, pair => [
      nameOf(pair) + pick(['[]', '.', '%00', '+', '_', ''], other) + pair.slice(nameOf(pair).length),
    ]),
  'empty a value': editValue(() => ''),
  'cut a value': editValue((value, number) => value.slice(0, number % (value.length + 1))),
  'lengthen a value': editValue(
    (value, number) => value + pick(['%20', '%00', '%0A', '=', '*', '.', 'A', '0', ';a=4'], number),
  ),
  'write a value in capitals': editValue(value => value.toUpperCase()),
  'swap a value': editValue((_, number) => pick(every, number).split('=')[1] ?? ''),
  'add a parameter': (attempt, one, other) =>
    insert(attempt, other, pick(['x=1', 'a', 'c', 'l', '', '=', 'a[]=4', '*'], one)),
  'take an own signature': (attempt, one) => {
    const signature = queryOf(pick(own.capabilities, one).url).filter(pair => /^[PSKH]/.test(pair))
    attempt.query = [...attempt.query.filter(pair => !/^[PSKH]/.test(pair)), ...signature]
  },
  'take another query': (attempt, one) => (attempt.query = queryOf(pick([...own.capabilities, ...victims], one).url)),
  'ask for an own file': (attempt, one) => {
    const { url } = pick(own.capabilities, one)
    Object.assign(attempt, { path: pathOf(url), query: queryOf(url) })
  },
  'add a fragment': attempt => void attempt.query.push(`${attempt.query.pop() ?? ''}#`),
  'send a cookie': (attempt, one, other) => {
    const { link } = attempt.victim
    const names = [link, link, pick(own.capabilities, other).link, link.toLowerCase(), '']
    const name = `__Secure-once-${pick(names, one)}`
    attempt.headers.push(['Cookie', `${name}=${pick(secretsFor(attempt, one), other)}`])
  },
  'send a header': (attempt, one, other) =>
    void attempt.headers.push([
      pick(['Once-Client', 'once-client', 'ONCE-CLIENT'], one),
      pick(secretsFor(attempt, one), other),
    ]),
  'name an address': (attempt, one) => {
    const names = ['X-Forwarded-For', 'CloudFront-Viewer-Address', 'X-Real-IP', 'Forwarded', 'True-Client-IP']
    attempt.headers.push([pick(names, one), attempt.victim.ip])
  },
  'name the victim in an own folder': (attempt, one) => {
    const signature = queryOf(attempt.victim.url).filter(pair => /^[PSKH]/.test(pair))
    const folder = own.folderCookies.map(cookie => cookie.replace('CloudFront-', ''))
    const lower = signature.map(pair => pair.replace(nameOf(pair), nameOf(pair).toLowerCase()))
    const signatures = [[], signature, folder, lower]
    const query = [`l=${attempt.victim.link}`, ...pick(signatures, one)]
    Object.assign(attempt, { path: '/thief/film/1.m4s', query })
    attempt.headers.push(['Cookie', own.folderCookies.join('; ')])
  },
  'send cookies of an own folder': attempt => void attempt.headers.push(['Cookie', own.folderCookies.join('; ')]),
}

const secretsFor = (attempt: Attempt, number: number) => {
  const hash = valueOf(attempt, 'c')
  const wrong = [hash, `${hash}${'A'.repeat(21)}`, attempt.victim.link, '', `"${secrets[0]}"`]
  return [...secrets, ...wrong, lookalike(hash), guess(number, 22), guess(number, 43)]
}

/** Returns whether the file of a request is a victim's. */
export const isStolen = ({ url = '' }: GateRequest) => url.startsWith('/victim/')

/** Returns whether the log names a link that the thief has not opened. */
export const isForged = (logged: string | undefined) =>
  logged !== undefined && !own.capabilities.some(({ link }) => logged.startsWith(link))

/** Any world. */
export const worlds: fc.Arbitrary<World> = fc.record({
  showsSignature: fc.boolean(),
  lowerCaseNames: fc.boolean(),
  valueOfSeveral: fc.constantFrom('first', 'last'),
  reading: fc.constantFrom('exact', 'first', 'last'),
})

const number = fc.nat(10_000)

/** A request of the thief: a victim's URL after up to five moves, from an address at which no victim is. */
export const thefts: fc.Arbitrary<GateRequest> = fc
  .tuple(
    fc.constantFrom(...victims),
    fc.constantFrom(...addresses),
    fc.array(fc.tuple(fc.constantFrom(...Object.values(moves)), number, number), { maxLength: 5 }),
  )
  .map(([victim, ip, made]) => {
    const attempt: Attempt = { path: pathOf(victim.url), query: queryOf(victim.url), headers: [], ip, victim }
    for (const [move, one, other] of made) move(attempt, one, other)
    return gateRequest(viewerOf(attempt))
  })

function viewerOf({ path, query, headers, ip }: Attempt): GateViewer {
  return { url: query.length === 0 ? path : `${path}?${query.join('&')}`, ip, headers }
}
