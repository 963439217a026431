import { hash } from 'node:crypto'
import { parseAddress } from '../../../shared/address.ts'
import type { Bind } from '../../../shared/link.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Choices } from './choices.ts'

/** To what the link of a schedule is bound, and the edges that do not know or can not check it. */
export interface SimulatedBinding {
  /** `device` is a binding of a version to come. */
  readonly bind: Bind | 'device'
  readonly folder: boolean
  /** Viewers may come over IPv6. */
  readonly ipv6: boolean
  /** The edge in this Region is of the version before client-bound links. */
  readonly previousEdge?: Region
  /** The link has several uses or takes a file, of which the version before knows nothing. */
  readonly extended?: true
  /** The edge in this Region has no gate in front of the files, and so serves no IPv6. */
  readonly gateless?: Region
}

/** What a client brings to a link with a passphrase: the right one, a wrong one, or none, to reopen what it has used. */
export type Brought = 'right' | 'wrong' | 'nothing'

/** Who sends a request, and to which edge. */
export interface Sent {
  readonly edge: Region
  readonly address: string
  /** The Once-Client that it brings. */
  readonly secret?: string
  /** The client brings a secret, or keeps the one that it gets. */
  readonly holdsSecret: boolean
  /** Set if the link requires a passphrase. */
  readonly brought?: Brought
}

/** Chooses a binding. If all choices are 0, it is `exact`, and all edges know and check it. */
export function bindingBy({ choose, pick, rarely }: Choices, regions: readonly Region[]): SimulatedBinding {
  const bind = pick(['exact', 'prefix', 'client', 'client-only', 'none'] as const)
  const isNewer = rarely(15)
  return {
    bind: isNewer ? 'device' : bind,
    folder: rarely(5),
    ipv6: choose(2) === 1,
    // Before this version, an edge signed without an address for a binding that it did not know.
    ...(rarely(6) && !isNewer && { previousEdge: pick(regions) }),
    ...(rarely(10) && { gateless: pick(regions) }),
  }
}

/** Returns whether a link is bound to a secret of its client. */
function isClientBound({ bind }: SimulatedBinding): boolean {
  return bind === 'client' || bind === 'client-only'
}

/** Returns whether a request may use the link: its edge knows what the link asks, and its client can fetch the file. */
export function mayUse(binding: SimulatedBinding, { edge, address, holdsSecret, brought }: Sent): boolean {
  const { bind, folder, ipv6, previousEdge, gateless, extended } = binding
  const isIpv6 = addressOf(address).startsWith('6')
  if (isIpv6 && (!ipv6 || edge === gateless)) return false
  if (edge === previousEdge && (extended || brought !== undefined || address.includes(':'))) return false
  if (isClientBound(binding)) {
    return edge !== previousEdge && edge !== gateless && (bind === 'client' || holdsSecret)
  }
  return bind === 'none' || (bind !== 'device' && !(folder && isIpv6))
}

/** Returns whether a client that used the link at one address gets its capability again at another. */
export function mayRepeat({ bind }: SimulatedBinding, first: Sent, again: Sent): boolean {
  if (bind !== 'exact' && bind !== 'prefix') return true
  return startOf(first.address, bind) === startOf(again.address, bind)
}

/** Who may fetch the file with a capability: all whose `Address` starts so, and all who have the secret of this hash. */
export interface Rights {
  /** Undefined: an address alone does not do. Empty: any does. */
  readonly addresses: string | undefined
  readonly secretHash: string | undefined
}

/** Returns the most that a capability may open if this request used the link; `hash` is that of its secret. */
export function rightsAsked(
  { bind, folder }: SimulatedBinding,
  { address }: Sent,
  secretHash: string | undefined,
): Rights {
  switch (bind) {
    case 'exact':
    case 'prefix':
      return { addresses: startOf(address, bind), secretHash: undefined }
    case 'client':
    case 'client-only':
      // The cookies of a folder are themselves what only the client has.
      if (folder) return everyone
      return { addresses: bind === 'client' ? startOf(address, 'exact') : undefined, secretHash }
    case 'none':
      return everyone
    case 'device':
      return { addresses: undefined, secretHash: undefined }
  }
}

const everyone: Rights = { addresses: '', secretHash: undefined }

/** What a policy says. */
export interface SignedCapability {
  /** Object, end and secret: two capabilities that differ in it are two. */
  readonly identity: string
  readonly end: number
  readonly secretHash: string | undefined
  readonly rights: Rights
}

/** Reads a policy. Without a gate, nothing checks the parameters that only the gate reads. */
export function readPolicy(text: string, isGated: boolean): SignedCapability {
  // The token of an upload opens it to all who have it.
  if (!text.startsWith('{'))
    return { identity: text, end: Number(text.split('.')[4]), secretHash: undefined, rights: everyone }
  const [{ Resource, Condition }] = (JSON.parse(text) as PolicyDocument).Statement
  const { pathname, searchParams } = new URL(Resource)
  const of = (name: string) => searchParams.get(name) ?? undefined
  const [a, c, network] = [of('a'), of('c'), Condition.IpAddress?.['AWS:SourceIp']]
  const end = Condition.DateLessThan['AWS:EpochTime']
  const identity = `${pathname} version ${of('versionId')} until ${end} for ${c ?? 'no secret'}`
  return { identity, end, secretHash: c, rights: rightsIn({ a, c, network, isGated }) }
}

interface PolicyDocument {
  readonly Statement: readonly [
    {
      readonly Resource: string
      readonly Condition: {
        readonly DateLessThan: { readonly 'AWS:EpochTime': number }
        readonly IpAddress?: { readonly 'AWS:SourceIp': string }
      }
    },
  ]
}

function rightsIn(signed: {
  readonly a: string | undefined
  readonly c: string | undefined
  readonly network: string | undefined
  readonly isGated: boolean
}): Rights {
  const { a, c, network, isGated } = signed
  const [base = '', bits = '32'] = network?.split('/') ?? []
  if (network !== undefined) return { addresses: addressOf(base).slice(0, 1 + Number(bits) / 4), secretHash: undefined }
  return isGated && (a ?? c) !== undefined ? { addresses: a, secretHash: c } : everyone
}

/** Returns whether all who have the rights `inner` also have `outer`. */
export function isWithin(inner: Rights, outer: Rights): boolean {
  if (outer.addresses === '') return true
  const hasAddresses =
    inner.addresses === undefined || (outer.addresses !== undefined && inner.addresses.startsWith(outer.addresses))
  return hasAddresses && (inner.secretHash === undefined || inner.secretHash === outer.secretHash)
}

/** Returns whether a client can fetch the file; `secret` is what it has brought or got. */
export function canFetch({ addresses, secretHash }: Rights, address: string, secret: string | undefined): boolean {
  const isThere = addresses !== undefined && addressOf(address).startsWith(addresses)
  return isThere || (secret !== undefined && hash('sha256', secret, 'base64url').slice(0, 22) === secretHash)
}

/** Returns the start of an address to which a link is bound: all of IPv4 or its /24, or the /64 of IPv6. */
function startOf(address: string, bind: 'exact' | 'prefix'): string {
  const text = addressOf(address)
  return text.startsWith('6') ? text.slice(0, 17) : text.slice(0, bind === 'exact' ? 9 : 7)
}

function addressOf(text: string): string {
  return parseAddress(text) ?? ''
}
