import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { loadFunction } from '../../../emulator/cloudfront/function-runtime.ts'
import { type GateEvent, gateEvent, type GateRequest } from '../../../emulator/cloudfront/gate.ts'
import { checkSignedContent } from '../../../emulator/cloudfront/signed-request.ts'
import { testKeyGroup } from '../../support/keys/keys.ts'
import { noon } from '../../support/table/links.ts'
import { site } from './capabilities.ts'

// A thief has the signatures of few URLs, all of one key. To verify one takes longer than all the rest of a try.
const { verify } = crypto
const verified = new Map<string, boolean>()
Object.assign(crypto, {
  verify(...input: readonly [hash: string, data: Buffer, key: crypto.KeyObject, signature: Buffer]): boolean {
    const [hash, data, , signature] = input
    const name = `${hash} ${data.toString('latin1')} ${signature.toString('latin1')}`
    const known = verified.get(name) ?? verify(...input)
    verified.set(name, known)
    return known
  },
})
syncBuiltinESMExports()

/** What comes first, the gate or the check of the signature: AWS does not document it. */
export const orders = ['gate-first', 'signature-first'] as const

/** What else AWS does not document about a distribution. */
export interface World {
  /** The function sees the parameters of the signature. */
  readonly showsSignature: boolean
  /** The function gets names of parameters and cookies in lower case. */
  readonly lowerCaseNames: boolean
  /** Which of several values the function gets as `value`. */
  readonly valueOfSeveral: 'first' | 'last'
  /**
   * How the signature's check reads the query: as documented, or leniently: names in any case and encoding, of several values
   * one, unknown parameters and the order ignored.
   */
  readonly reading: 'exact' | 'first' | 'last'
}

/** What came of a request: the content, or who refused it. */
export type Served = 'content' | 'gate' | 'signature'

/** What came of a request, and what the gate wrote into the access log. */
export interface Outcome {
  readonly served: Served
  readonly logged: string | undefined
}

/** A model of CloudFront, in both orders: the emulator's check of the signature, and the gate with this code. */
export function createCloudFront(
  gateCode: string,
): (request: GateRequest, world: World) => Readonly<Record<(typeof orders)[number], Outcome>> {
  const run = loadFunction(gateCode)
  return (request, world) => {
    const result = resultOf(run, eventIn(world, gateEvent(request, 'request-1')))
    const [passes, signed] = [result?.isRequest === true, isSigned(request, world)]
    const served = passes && signed ? 'content' : passes ? 'signature' : 'gate'
    const atGate = { served, logged: result?.logged } as const
    return { 'gate-first': atGate, 'signature-first': signed ? atGate : { served: 'signature', logged: undefined } }
  }
}

function resultOf(run: ReturnType<typeof loadFunction>, event: GateEvent) {
  try {
    return run(event)
  } catch {
    return undefined
  }
}

const signing = new Set(['policy', 'expires', 'signature', 'key-pair-id', 'hash-algorithm'])

/** Returns the event as the function gets it in this world. */
function eventIn(world: World, event: GateEvent): GateEvent {
  const { querystring, cookies } = event.request
  const shown = Object.entries(querystring).filter(([name]) => world.showsSignature || !signing.has(name.toLowerCase()))
  const named = (entries: readonly (readonly [string, Entry])[]) => valuesIn(world, entries)
  const request = { ...event.request, querystring: named(shown), cookies: named(Object.entries(cookies)) }
  return { ...event, request }
}

type Entry = AWSCloudFrontFunction.ValueObject[string]

function valuesIn(world: World, entries: readonly (readonly [string, Entry])[]): AWSCloudFrontFunction.ValueObject {
  const all = entries.flatMap(([name, { value, multiValue = [{ value }] }]) =>
    multiValue.map(each => [world.lowerCaseNames ? name.toLowerCase() : name, each] as const),
  )
  const byName = Object.entries(Object.groupBy(all, ([name]) => name))
  return Object.fromEntries(
    byName.map(([name, several = []]) => {
      const multiValue = several.map(([, each]) => each)
      const value = multiValue.at(world.valueOfSeveral === 'first' ? 0 : -1)?.value ?? ''
      return [name, multiValue.length > 1 ? { value, multiValue } : { value }]
    }),
  )
}

function isSigned({ url = '', rawHeaders, socket }: GateRequest, { reading }: World): boolean {
  const cookies = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1] === 'Cookie').join('; ')
  const read = reading === 'exact' ? url : lenient(url, reading)
  const request = { url: site + read, address: socket.remoteAddress ?? '', cookies, now: noon }
  return checkSignedContent(request, testKeyGroup).kind === 'granted'
}

/** All names of a signed URL, in the order of the edge. */
const names = 'response-content-disposition versionId l a c Policy Key-Pair-Id Signature Hash-Algorithm Expires'.split(
  ' ',
)

function lenient(url: string, reading: 'first' | 'last'): string {
  const [path = '', query = ''] = url.split(/\?(.*)/s)
  const pairs = query.split('&').map(pair => pair.split(/=(.*)/s))
  const found = names.flatMap(name => {
    const several = pairs.filter(([sent = '']) => decoded(sent).toLowerCase() === name.toLowerCase())
    const value = several.at(reading === 'first' ? 0 : -1)?.[1]
    // A file name is encoded in the Resource, too.
    return value === undefined ? [] : [`${name}=${name.startsWith('response-') ? value : decoded(value)}`]
  })
  return found.length === 0 ? path : `${path}?${found.join('&')}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
