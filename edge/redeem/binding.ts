import { hash } from 'node:crypto'
import type { Address } from '../../shared/address.ts'
import { bindingParameters, clientHashLength } from '../../shared/cloudfront/binding.ts'
import { assert } from '../../shared/errors.ts'
import { isAddressBound, isClientBound, type Link, useIdOf } from '../../shared/link.ts'
import { isIpv6, networkOf } from '../../shared/network.ts'

/** What only the client has. */
interface ClientSecret {
  readonly value: string
  /** The client brought it in a header, and so needs no cookie. */
  readonly isBrought: boolean
  /** The client accepts neither a page, as browsers do, nor JSON. */
  readonly isProgram: boolean
}

/** The client that gets a capability, as far as it can be bound to it. */
export interface Bearer {
  readonly viewer: Address
  /** No other address had the capability before. */
  readonly isFirst: boolean
  /** Viewers may come over IPv6, which CloudFront's own condition does not know: then the gate checks addresses. */
  readonly ipv6: boolean
  /** Undefined for a link that is not bound to its client. */
  readonly secret: ClientSecret | undefined
  /** The access log is to name the link. @default false */
  readonly isLogged?: boolean
}

/** To what a capability is bound: both or neither may be empty. */
export interface Binding {
  /** The network that CloudFront itself checks. */
  readonly network?: string
  /** Query parameters that the gate checks, as `name=value`, in their order. */
  readonly query: readonly string[]
}

/**
 * Returns to what the capability of a link is bound. The cookies of a folder are themselves what only the client holds. Throws
 * for a binding that this version does not know, so that it never signs without one, and if the client's secret is missing.
 */
export function bindingOf(link: Link, { viewer, isFirst, ipv6, secret, isLogged }: Bearer): Binding {
  const { id, bind, media } = link
  const isFolder = media === 'folder'
  const logged = isLogged === true && !isFolder ? [`${bindingParameters.link}=${id}`, ...loggedParameters(link)] : []
  if (bind === 'none') return { query: logged }
  const query = logged[0] ? logged : [`${bindingParameters.link}=${id}`]
  if (isClientBound(bind)) {
    assert(secret, 'secret')
    if (bind === 'client' && isFirst) query.push(addressParameter(viewer, 32))
    query.push(`${bindingParameters.client}=${clientHash(secret.value)}`)
    return { query: isFolder ? [] : query }
  }
  assert(isAddressBound(bind), 'unknown bind')
  const bits = bind === 'exact' ? 32 : 24
  if (ipv6 && !isFolder) return { query: [...query, addressParameter(viewer, bits)] }
  assert(!isIpv6(viewer), 'IPv6')
  return { network: networkOf(viewer, bits), query: logged }
}

/** Names the size of the version that the link delivers, and this client's use of several. Without a version, it may be another by now. */
function loggedParameters({ versionId, size, uses, receipt }: Link): readonly string[] {
  return [
    ...(versionId && size !== undefined ? [`${bindingParameters.size}=${size}`] : []),
    ...(uses && receipt ? [`${bindingParameters.use}=${useIdOf(receipt)}`] : []),
  ]
}

/** Names the start of an address that the viewer must have, of IPv6 always 64 bits: four bits are one digit. */
function addressParameter(viewer: Address, bits: number): string {
  return `${bindingParameters.address}=${viewer.slice(0, 1 + (isIpv6(viewer) ? 64 : bits) / 4)}`
}

/** Returns the hash of a client's secret, 22 base64url characters, as the gate computes it. */
export function clientHash(secret: string): string {
  return hash('sha256', secret, 'base64url').slice(0, clientHashLength)
}
