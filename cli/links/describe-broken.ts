import { bindingParameters } from '../../shared/binding.ts'
import { rfc3339, secondsOf } from '../../shared/time.ts'
import { singleLine } from '../terminal/text.ts'
import type { Transfer } from './download.ts'
import type { DownloadTarget } from './output-file.ts'
import type { Capability } from './redeem-link.ts'

/** The download that broke off. */
export interface BrokenDownload {
  readonly capability: Capability
  readonly target: DownloadTarget
  /** Whether a later run of the same command can go on. */
  readonly mayGoOn: boolean
  /** What the user can do otherwise. */
  readonly advice: string
}

/** Returns the lines that say what happened to a download that broke off for good, and what the user can do. */
export function describeBroken(
  { bytes, why, refusal }: Transfer & { readonly kind: 'broken' },
  { capability, target: { names }, mayGoOn, advice }: BrokenDownload,
): readonly string[] {
  const kept = names !== undefined && bytes > 0 ? [`The bytes that arrived are in ${singleLine(names.part)}.`] : []
  const what = [`the download broke off after ${bytes} bytes: ${why}`, ...kept]
  const until = capability.expiresAt === undefined ? '' : ` until ${rfc3339(secondsOf(capability.expiresAt))}`
  const onlyThere = `The URL works only from the address that opened the link${until}`
  const isBoundToClient = new URL(capability.url).searchParams.has(bindingParameters.client)
  const suggestions = refusal === undefined || isBoundToClient ? [] : [suggestion]
  if (!mayGoOn) return [...what, ...(refusal === 'other-address' ? [`${onlyThere}.`] : []), advice, ...suggestions]
  if (refusal === 'other-address')
    return [...what, `${onlyThere}: to go on, run the same command there.`, ...suggestions]
  return [...what, `The link is used. To go on, run the same command again.${until && ` The URL works${until}.`}`]
}

/** What the sender can do if a link that is bound to an address, or has little time, is too little. */
const suggestion = 'A link issued with --bind client works from any address, and has time for large files.'
