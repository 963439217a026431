import type { LinkView } from '../../client/client.ts'
import { nameOf, sizeOf, siSizes } from '../../edge/pages/file.ts'

// Words for people: of links, and of times in this browser's zone.

const dayMs = 24 * 3600 * 1000

/** Returns a time as people say it: `today at 14:02`, `yesterday at …`, `on Thursday at …`, `on 3 December at …`. */
export function timeText(time: string): string {
  const text = endText(time)
  return /^(yesterday|today|tomorrow)/.test(text) ? text : `on ${text}`
}

/** Returns it as it follows `until`: `Thursday at 14:02`. */
export function endText(time: string | number): string {
  const moment = new Date(time)
  const clock = moment.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return `${dayText(moment)} at ${clock}`
}

/** Returns it whole, `Tuesday 8 December at 14:47`, on request with the name of its zone. */
export function fullTime(time: string, timeZoneName?: 'short'): string {
  const date = { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' } as const
  return new Date(time).toLocaleString('en-GB', { ...date, ...(timeZoneName && { timeZoneName }) })
}

function dayText(moment: Date): string {
  const today = new Date()
  const days = Math.round((startOf(moment) - startOf(today)) / dayMs)
  const near = ({ '-1': 'yesterday', '0': 'today', '1': 'tomorrow' } as Readonly<Record<string, string>>)[days]
  if (near !== undefined) return near
  if (days > 1 && days < 7) return moment.toLocaleDateString('en-GB', { weekday: 'long' })
  const isOtherYear = moment.getFullYear() !== today.getFullYear()
  const date = { day: 'numeric', month: 'long', ...(isOtherYear && { year: 'numeric' as const }) } as const
  return moment.toLocaleDateString('en-GB', date)
}

/** Returns midnight of the day of a time. */
function startOf(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime()
}

/** What the page knows of a link; `gone` if the API no longer knows it: it was used without a record, or ended long ago. */
export type KnownLink = Omit<LinkView, 'state'> & { readonly state: LinkView['state'] | 'gone' }

/** Returns the name of a link's file. */
export function fileOf({ key, filename, media }: KnownLink): string {
  return nameOf({ key, filename, media: media === false ? undefined : media })
}

/** Returns the size of a link's file in words; undefined if it is not known. */
export function sizeTextOf({ size, media }: KnownLink): string | undefined {
  return sizeOf({ size, media: media === false ? undefined : media }, siSizes)
}

/** Says what became of a link: `not opened yet; ends tomorrow at 14:02`. */
export function stateText(link: KnownLink): string {
  const { state, expiresAt, notBefore, receipt, replacedBy } = link
  const taken = takenText(link)
  if (state === 'used') return usedText(link)
  if (replacedBy !== undefined) return 'replaced by another link'
  if (state === 'revoked') return receipt ? `${usedText(link)}; then revoked` : 'revoked: it opens nothing'
  if (state === 'gone') return 'opened, or ended: nothing is kept of it'
  // The clock goes on between two looks.
  if (state === 'expired' || isPast(expiresAt)) return `ended ${timeText(expiresAt)}, ${taken ?? 'not opened'}`
  if (state === 'locked') return 'locked after too many wrong passphrases'
  if (state === 'not-yet-valid' && notBefore !== undefined && !isPast(notBefore))
    return `works from ${endText(notBefore)}; ends ${timeText(expiresAt)}`
  return `${taken ?? 'not opened yet'}; ends ${timeText(expiresAt)}`
}

/** Says how many of several clients opened a link; undefined if none did, or the link is for one. */
function takenText({ uses }: KnownLink): string | undefined {
  return uses && uses.taken.length > 0 ? `opened by ${uses.taken.length} of ${uses.max}` : undefined
}

function usedText(link: KnownLink): string {
  const { receipt, delivery } = link
  const taken = takenText(link)
  if (taken !== undefined) return taken
  const opened = receipt ? `opened ${timeText(receipt.redeemedAt)}` : 'opened'
  if (delivery?.state === 'complete') return `${opened}, downloaded whole`
  return delivery?.state === 'partial' ? `${opened}, downloaded in part` : opened
}

/** Whether more may become known of a link: it is not opened yet, or its download may go on, of which records come a day late. */
export function canChange({ state, expiresAt, receipt, delivery }: KnownLink): boolean {
  if (state === 'used')
    return receipt != null && delivery?.state !== 'complete' && !isPast(receipt.redeemedAt, 2 * dayMs)
  return ['live', 'not-yet-valid'].includes(state) && !isPast(expiresAt)
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
