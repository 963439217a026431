import type { LinkView } from '../../client/client.ts'
import { nameOf, visible } from '../../edge/pages/file.ts'
import { kindText, sizeText, timeText } from './formats.ts'
import { say, texts } from './language.ts'

// What is known of links, in words.

/** What the page knows of a link; `gone` if the API no longer knows it: it was used without a record, or ended long ago. */
export type KnownLink = Omit<LinkView, 'state'> & { readonly state: LinkView['state'] | 'gone' }

/** Returns the name of a link's file; of a link that takes one, its sender's name of it, once it is known. */
export function fileOf({ key, filename, media, upload, received }: KnownLink): string {
  if (upload !== undefined) return visible(received?.filename ?? texts().created.aFile)
  return nameOf({ key, filename, media: media === false ? undefined : media })
}

/** Returns the size of a link's file in words; undefined if it is not known. */
export function sizeTextOf({ media, received, size = received?.size }: KnownLink): string | undefined {
  // Of a folder, it is that of its playlist.
  return size === undefined || media === 'folder' ? undefined : sizeText(size)
}

/** Says which file a link takes: `One file, 50 MB at most. Allowed: PDF.` */
export function takesText({
  maxBytes,
  types,
}: {
  readonly maxBytes: number
  readonly types?: readonly string[]
}): string {
  const { upload } = texts()
  const limit = say(upload.limit, { size: sizeText(maxBytes) })
  return types === undefined ? limit : `${limit} ${say(upload.types, { types: kindText(types) })}`
}

/** Says what became of a link: `not opened yet; ends tomorrow at 14:02`. */
export function stateText(link: KnownLink): string {
  const { states } = texts()
  const { state, expiresAt, notBefore, receipt, replacedBy, upload } = link
  const taken = takenText(link)
  const time = timeText(expiresAt)
  if (state === 'used') return usedText(link)
  if (replacedBy !== undefined) return states.replaced
  if (state === 'revoked') return receipt ? say(states.thenRevoked, { opened: usedText(link) }) : states.revoked
  if (state === 'gone') return states.gone
  // The clock goes on between two looks.
  if (state === 'expired' || isPast(expiresAt)) return say(states.ended, { time, opened: taken ?? states.notOpened })
  if (state === 'locked') return states.locked
  if (state === 'not-yet-valid' && notBefore !== undefined && !isPast(notBefore))
    return say(states.worksFrom, { from: timeText(notBefore), time })
  return say(states.ends, { opened: taken ?? (upload === undefined ? states.notYet : states.asked), time })
}

/** Says how many of several clients opened a link; undefined if none did, or the link is for one. */
function takenText({ uses }: KnownLink): string | undefined {
  return uses && uses.taken.length > 0
    ? say(texts().states.openedBy, { count: uses.taken.length, max: uses.max })
    : undefined
}

function usedText(link: KnownLink): string {
  const { states } = texts()
  const { receipt, delivery, received } = link
  const taken = takenText(link)
  if (taken !== undefined) return taken
  const opened = receipt ? say(states.openedAt, { time: timeText(receipt.redeemedAt) }) : states.opened
  if (receipt && received) return receivedText(link, { opened, receipt, received })
  if (delivery?.state === 'complete') return say(states.whole, { opened })
  return delivery?.state === 'partial' ? say(states.part, { opened }) : opened
}

/** What is known of a link that takes a file, once it was opened. */
type Opened = { readonly opened: string } & Required<{ [N in 'receipt' | 'received']: NonNullable<KnownLink[N]> }>

/** Says what arrived by a link that takes a file; only that it was opened, if S3 did not respond. */
function receivedText({ state }: KnownLink, { opened, receipt, received }: Opened): string {
  const { states } = texts()
  const { at = receipt.redeemedAt, size = 0 } = received
  const end = receipt.urlExpiresAt
  const isOver = state === 'revoked' || isPast(end)
  const said = {
    none: say(isOver ? states.noFile : states.awaited, { opened, time: timeText(end) }),
    received: say(states.received, { time: timeText(at), size: sizeText(size) }),
    unchecked: states.unchecked,
    refused: states.refused,
    unknown: opened,
  }
  return said[received.state]
}

/** Whether a link has taken its file. */
function hasFile({ received }: KnownLink): boolean {
  return ['received', 'unchecked', 'refused'].includes(received?.state ?? 'none')
}

/** Says how far a file was downloaded, of which the list says less. */
export function deliveryText({ state, bytes, size }: NonNullable<KnownLink['delivery']>): string {
  const { delivery } = texts()
  const text = state === 'partial' && size !== undefined ? delivery.partialOf : delivery[state]
  return say(text, { done: sizeText(bytes), size: sizeText(size ?? 0) })
}

/**
 * Whether more may become known of a link: it is not opened yet, its download may go on, of which records come a day late, or its file
 * may arrive.
 */
export function canChange({ state, expiresAt, receipt, delivery, upload }: KnownLink): boolean {
  if (upload !== undefined && receipt) return state !== 'gone'
  if (state === 'used')
    return receipt != null && delivery?.state !== 'complete' && !isPast(receipt.redeemedAt, 2 * 24 * 3600 * 1000)
  return ['live', 'not-yet-valid'].includes(state) && !isPast(expiresAt)
}

/** Whether a look at a link alone has said all that becomes known of it. */
export function isSettled({ state, delivery, upload, receipt, received }: KnownLink): boolean {
  // If the setting for it is off, nothing becomes known of a download.
  if (upload === undefined) return state === 'used' && delivery === undefined
  if (!receipt || received === undefined) return false
  return received.state === 'none' ? isPast(receipt.urlExpiresAt) : ['received', 'refused'].includes(received.state)
}

/** Whether the link still works, and was not opened by the time of its reminder. */
export function isUnopened({ state, expiresAt, remindAt, uses }: KnownLink): boolean {
  const isOpen = ['live', 'not-yet-valid'].includes(state) && !isPast(expiresAt) && !uses?.taken.length
  return isOpen && remindAt !== undefined && isPast(remindAt)
}

/** Whether a revoke of the link has an effect: it works, or who opened it may still open it again, or send a file. */
export function canRevoke(link: KnownLink): boolean {
  const { state, expiresAt, receipt } = link
  if (hasFile(link)) return false
  if (state === 'used') return receipt != null && !isPast(receipt.urlExpiresAt)
  return ['live', 'not-yet-valid', 'locked'].includes(state) && !isPast(expiresAt)
}

/** Whether another link may come in its place: nothing that it handed out works, and it has taken no file. */
export function canReplace(link: KnownLink): boolean {
  const { state, receipt } = link
  if (state === 'revoked' || state === 'gone' || hasFile(link)) return false
  return receipt == null ? state !== 'used' : isPast(receipt.urlExpiresAt)
}

function isPast(time: string, laterMs = 0): boolean {
  return Date.parse(time) + laterMs <= Date.now()
}
