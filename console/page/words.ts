import type { LinkView } from '../../client/client.ts'
import { nameOf } from '../../edge/pages/file.ts'
import { sizeText, timeText } from './formats.ts'
import { say, texts } from './language.ts'

// What is known of links, in words.

/** What the page knows of a link; `gone` if the API no longer knows it: it was used without a record, or ended long ago. */
export type KnownLink = Omit<LinkView, 'state'> & { readonly state: LinkView['state'] | 'gone' }

/** Returns the name of a link's file. */
export function fileOf({ key, filename, media }: KnownLink): string {
  return nameOf({ key, filename, media: media === false ? undefined : media })
}

/** Returns the size of a link's file in words; undefined if it is not known. */
export function sizeTextOf({ size, media }: KnownLink): string | undefined {
  // Of a folder, it is that of its playlist.
  return size === undefined || media === 'folder' ? undefined : sizeText(size)
}

/** Says what became of a link: `not opened yet; ends tomorrow at 14:02`. */
export function stateText(link: KnownLink): string {
  const { states } = texts()
  const { state, expiresAt, notBefore, receipt, replacedBy } = link
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
  return say(states.ends, { opened: taken ?? states.notYet, time })
}

/** Says how many of several clients opened a link; undefined if none did, or the link is for one. */
function takenText({ uses }: KnownLink): string | undefined {
  return uses && uses.taken.length > 0
    ? say(texts().states.openedBy, { count: uses.taken.length, max: uses.max })
    : undefined
}

function usedText(link: KnownLink): string {
  const { states } = texts()
  const { receipt, delivery } = link
  const taken = takenText(link)
  if (taken !== undefined) return taken
  const opened = receipt ? say(states.openedAt, { time: timeText(receipt.redeemedAt) }) : states.opened
  if (delivery?.state === 'complete') return say(states.whole, { opened })
  return delivery?.state === 'partial' ? say(states.part, { opened }) : opened
}

/** Says how far a file was downloaded, of which the list says less. */
export function deliveryText({ state, bytes, size }: NonNullable<KnownLink['delivery']>): string {
  const { delivery } = texts()
  const text = state === 'partial' && size !== undefined ? delivery.partialOf : delivery[state]
  return say(text, { done: sizeText(bytes), size: sizeText(size ?? 0) })
}

/** Whether more may become known of a link: it is not opened yet, or its download may go on, of which records come a day late. */
export function canChange({ state, expiresAt, receipt, delivery }: KnownLink): boolean {
  if (state === 'used')
    return receipt != null && delivery?.state !== 'complete' && !isPast(receipt.redeemedAt, 2 * 24 * 3600 * 1000)
  return ['live', 'not-yet-valid'].includes(state) && !isPast(expiresAt)
}

/** Whether the link still works, and was not opened by the time of its reminder. */
export function isUnopened({ state, expiresAt, remindAt, uses }: KnownLink): boolean {
  const isOpen = ['live', 'not-yet-valid'].includes(state) && !isPast(expiresAt) && !uses?.taken.length
  return isOpen && remindAt !== undefined && isPast(remindAt)
}

/** Whether a revoke of the link has an effect: it works, or who opened it may still open it again. */
export function canRevoke({ state, expiresAt, receipt }: KnownLink): boolean {
  if (state === 'used') return receipt != null && !isPast(receipt.urlExpiresAt)
  return ['live', 'not-yet-valid', 'locked'].includes(state) && !isPast(expiresAt)
}

/** Whether another link may come in its place: nothing that it handed out works. */
export function canReplace({ state, receipt }: KnownLink): boolean {
  if (state === 'revoked' || state === 'gone') return false
  return receipt == null ? state !== 'used' : isPast(receipt.urlExpiresAt)
}

function isPast(time: string, laterMs = 0): boolean {
  return Date.parse(time) + laterMs <= Date.now()
}
