import { durationText } from '../shared/capability-text.ts'
import type { Deployment } from '../shared/settings/deployment.ts'
import type { InvalidField } from '../shared/fields.ts'
import { maxCapabilitySeconds, maxMediaSeconds, mediaSeconds, urlSecondsRange } from '../shared/limits.ts'
import { type Bind, isAddressBound, isClientBound, type Link, type Media } from '../shared/link.ts'

/** Bits a second of a slow line, over which a download should be complete, too. */
const slowBitsPerSecond = 2_000_000

/** Shortest default life of a capability that is bound to the client, in seconds. */
const minClientSeconds = 60

/** Its default life if the size of the object is not known, in seconds. */
const unknownSizeSeconds = 3600

/** Returns to what a capability is bound if its issuer doesn't say: people on the move watch films, and HTTP/3 moves with them. */
export function defaultBind(media: Media | undefined, { gate, http3 }: Deployment): Bind {
  if (gate && (media !== undefined || http3)) return 'client'
  return http3 ? 'none' : 'exact'
}

/** Checks that the deployment can bind a capability so. */
export function checkBind({ bind }: Pick<Link, 'bind'>, { gate, http3 }: Deployment): InvalidField[] {
  const got = JSON.stringify(bind)
  if (isClientBound(bind) && !gate) {
    const others = http3 ? 'none' : 'exact, prefix or none'
    return [{ field: 'bind', got, allowed: `${others}: this deployment has no gate, which checks the client` }]
  }
  if (!http3 || !isAddressBound(bind)) return []
  const others = gate ? 'client, client-only or none' : 'none'
  const why = 'in this deployment a connection may outlive a change of address (HTTP/3), but a bound URL would not'
  return [{ field: 'bind', got, allowed: `${others}: ${why}` }]
}

/** Returns the life of a capability, in seconds, if its issuer names none. The size is that of the object, if it is known. */
export function defaultLifeOf(link: Pick<Link, 'bind' | 'media' | 'size'>, deployment: Deployment): number {
  const { bind, media, size } = link
  const forPlayer = media === undefined ? 0 : mediaSeconds
  const wanted = isClientBound(bind)
    ? Math.max(minClientSeconds, forPlayer, size === undefined ? unknownSizeSeconds : slowSecondsOf(size))
    : forPlayer || deployment.urlSeconds
  return Math.min(wanted, maxLifeOf(link, deployment))
}

/** Returns the longest life that an issuer may name, in seconds. */
function maxLifeOf({ bind, media }: Pick<Link, 'bind' | 'media'>, { maxUrlSeconds }: Deployment): number {
  const longest = media === undefined ? urlSecondsRange.max : maxMediaSeconds
  return Math.min(isClientBound(bind) ? maxCapabilitySeconds : longest, maxUrlSeconds)
}

/** Checks the life that an issuer names. Its lower limit is in the schema. */
export function checkLife(
  urlSeconds: number | undefined,
  link: Pick<Link, 'bind' | 'media'>,
  deployment: Deployment,
): InvalidField[] {
  const max = maxLifeOf(link, deployment)
  if (urlSeconds === undefined || urlSeconds <= max) return []
  const maxOfClient = maxLifeOf({ ...link, bind: 'client' }, deployment)
  const why =
    max === deployment.maxUrlSeconds
      ? ': this deployment allows no more'
      : ` with bind ${JSON.stringify(link.bind)}${link.media === undefined ? '' : ' and media'}`
  const more = deployment.gate && max < maxOfClient ? `; with bind "client" to ${maxOfClient}` : ''
  const allowed = `a whole number of seconds from ${urlSecondsRange.min} to ${max}${why}${more}`
  return [{ field: 'urlSeconds', got: String(urlSeconds), allowed }]
}

/**
 * Returns what the issuer of a link that is bound to an address should know, for people: its download may be lost over a slow
 * line, and what another `bind` would change. Undefined if there is nothing to say.
 */
export function adviceFor(
  link: Pick<Link, 'bind' | 'media' | 'size' | 'urlSeconds'>,
  deployment: Deployment,
): string | undefined {
  const { bind, media, size, urlSeconds } = link
  // The size of a playlist is not that of its film.
  if (!deployment.gate || !isAddressBound(bind) || media === 'folder' || size === undefined) return undefined
  const needed = slowSecondsOf(size)
  if (needed <= urlSeconds) return undefined
  const takes = durationText(needed)
  const works = durationText(urlSeconds)
  const ofClient = defaultLifeOf({ ...link, bind: 'client' }, deployment)
  const limit = ofClient < needed ? ` for ${durationText(ofClient)}` : ''
  return `At 2 Mbit/s, a download of this file takes ${takes}. If it breaks off after the URL's ${works}, or the viewer's address changes, it can't go on, and the link is used. With bind "client" it can${limit}.`
}

/** Returns the seconds that `size` bytes take over a slow line. */
function slowSecondsOf(size: number): number {
  return Math.ceil((size * 8) / slowBitsPerSecond)
}
