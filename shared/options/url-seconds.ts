import { durationText } from '../texts/capability-text.ts'
import type { Deployment } from '../settings/deployment.ts'
import type { InvalidField } from '../fields.ts'
import { maxCapabilitySeconds, maxMediaSeconds, mediaSeconds, uploadSeconds, urlSecondsRange } from '../limits.ts'
import { isAddressBound, isClientBound, type Link } from '../link.ts'
import type { IssueContext, IssueRequest } from './option.ts'

const { min, max } = urlSecondsRange

/** Bits a second of a slow line, over which a download should be complete, too. */
const slowBitsPerSecond = 2_000_000

/** Shortest default life of a capability that is bound to the client, in seconds. */
const minClientSeconds = 60

/** Its default life if the size of the object is not known, in seconds. */
const unknownSizeSeconds = 3600

/** Returns the life of a capability, in seconds, if its issuer names none. The size is that of the object, if it is known. */
export function defaultLifeOf(link: Living & Pick<Link, 'size'>, deployment: Deployment): number {
  const { bind, media, size, maxBytes } = link
  if (maxBytes !== undefined) return Math.min(uploadSeconds, maxLifeOf(link, deployment))
  const forPlayer = media === undefined ? 0 : mediaSeconds
  const wanted = isClientBound(bind)
    ? Math.max(minClientSeconds, forPlayer, size === undefined ? unknownSizeSeconds : slowSecondsOf(size))
    : forPlayer || deployment.urlSeconds
  return Math.min(wanted, maxLifeOf(link, deployment))
}

/** On what the longest life of a capability depends. */
type Living = Pick<Link, 'bind' | 'media' | 'maxBytes'>

/** Returns the longest life that an issuer may name, in seconds. */
function maxLifeOf({ bind, media, maxBytes }: Living, { maxUrlSeconds }: Deployment): number {
  const longest = media === undefined ? max : maxMediaSeconds
  return Math.min(isClientBound(bind) || maxBytes !== undefined ? maxCapabilitySeconds : longest, maxUrlSeconds)
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

/** How long a signed URL works, in seconds. */
export const urlSeconds = {
  schema: {
    type: 'integer',
    minimum: min,
    maximum: maxCapabilitySeconds,
    description: [
      'How long the signed URL works, in seconds from the moment when the link is opened.',
      `With \`bind\` \`client\` or \`client-only\` ${min} to ${maxCapabilitySeconds} (a day); by default enough for the whole object at 2 Mbit/s, at least 60, with \`media\` or if its size is not known at least 3600.`,
      `With another \`bind\` ${min} to ${max}, 30 by default; with \`media\` to ${maxMediaSeconds}, 3600 by default.`,
      `With \`upload\`, how long the file may take to arrive: ${min} to ${maxCapabilitySeconds}, ${uploadSeconds} by default.`,
      'A deployment may have a lower limit.',
    ].join(' '),
    'x-allowed': `a whole number of seconds from ${min} to ${max}, with media to ${maxMediaSeconds}, with bind client or client-only, or upload, to ${maxCapabilitySeconds}`,
  },
  /** The item has it, or `defaultLifeOf` once the object is known. */
  store: () => ({}),
  /** Checks its upper limit. The lower one is in the schema. */
  check(
    { urlSeconds }: { readonly urlSeconds?: number },
    link: IssueRequest,
    { deployment }: IssueContext,
  ): InvalidField[] {
    const longest = maxLifeOf(link, deployment)
    if (urlSeconds === undefined || urlSeconds <= longest) return []
    const maxOfClient = maxLifeOf({ ...link, bind: 'client' }, deployment)
    const why =
      longest === deployment.maxUrlSeconds
        ? ': this deployment allows no more'
        : ` with bind ${JSON.stringify(link.bind)}${link.media === undefined ? '' : ' and media'}`
    const more = deployment.gate && longest < maxOfClient ? `; with bind "client" to ${maxOfClient}` : ''
    const allowed = `a whole number of seconds from ${min} to ${longest}${why}${more}`
    return [{ field: 'urlSeconds', got: String(urlSeconds), allowed }]
  },
  view: {
    type: 'integer',
    minimum: min,
    description: 'How long the signed URL works, in seconds from the moment when the link is opened.',
  },
  words: {
    usage: [
      '--url-seconds TIME',
      'how long the download works from the moment the link is opened: seconds, or a time such as 15m or 4h',
    ],
    docs: ['how long its download works, once it is opened (below)', '30 s, with `media` 1 h'],
    privacy: ['`urlSeconds`', 'how long its download works', 'no', '`urlSeconds`'],
  },
} as const
