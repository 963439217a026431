import { visible } from '../../edge/pages/file.ts'
import { element } from './element.ts'
import type { KnownLink } from './state.ts'

/** Names of counted requests, as the api has them. */
const counted: Readonly<Record<string, string>> = {
  unconfirmed: 'not confirmed',
  automated: 'by robots, prefetches or previews',
  probed: 'with HEAD or OPTIONS',
  refusedAfterUse: 'refused after its use',
}

/** Returns what the api knows of the use of a link, as terms and descriptions; nothing if it keeps no receipt. */
export function historyOf({ receipt, unredeemed = {}, delivery, guesses, viewed }: KnownLink): readonly HTMLElement[] {
  const counts = Object.entries(counted).flatMap(([name, text]) => {
    const count = unredeemed[name]
    return typeof count === 'number' && count > 0 ? [`${count} ${text}`] : []
  })
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Used', receipt ? usedText(receipt) : receipt === null ? 'not yet' : undefined],
    ['Used', viewed === 'gone' ? 'the API no longer has it: it was used without a receipt, or has expired' : undefined],
    ['Delivered', delivery?.summary],
    ['Passphrase', guesses && `${guesses.tries} of ${guesses.maxTries} tries made`],
    ['Other requests', counts.length === 0 ? undefined : counts.join(', ')],
  ]
  return lines.flatMap(([term, text]) =>
    text === undefined ? [] : [element('dt', {}, term), element('dd', {}, visible(text))],
  )
}

function usedText({ redeemedAt, edgeRegion, viewer, userAgent }: NonNullable<KnownLink['receipt'] & object>): string {
  const program = userAgent === 'other' ? '' : `with ${userAgent} `
  return `${timeText(redeemedAt)}, ${program}from ${viewer}, at ${edgeRegion}`
}

/** Formats a time of the api in this browser's zone. */
function timeText(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
}
