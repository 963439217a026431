import type { Settings } from '../../../infra/settings/settings.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { createTrialLinks, type TrialLinks } from '../prove/trial-links.ts'

/** The object of the first link. */
const firstFile = { key: 'once/first-link.txt', text: 'This file came through a link that worked once.\n' }

/** The result: what was seen, or why there is none. */
export type FirstLink =
  | { readonly kind: 'opened'; readonly link: string; readonly found: string }
  | { readonly kind: 'skipped' | 'failed'; readonly why: string }

/** What the first link needs to know. */
export interface FirstLinkInput {
  readonly settings: Settings
  readonly account: string
  /** The origin of the api, without a slash at its end. */
  readonly apiUrl: string | undefined
  readonly signal: AbortSignal
}

/**
 * Uploads a small file, issues a link for it, opens the link once as a viewer does, and again, which must be refused. Never rejects,
 * unless the signal is aborted.
 */
export async function tryFirstLink(input: FirstLinkInput, ports: DeploymentPorts): Promise<FirstLink> {
  const { settings, apiUrl, signal } = input
  if (settings.network === 'private') {
    return { kind: 'skipped', why: 'only your network reaches the api: issue a link from there (once issue FILE)' }
  }
  if (apiUrl === undefined) return { kind: 'failed', why: 'no stack has the URL of the api' }
  try {
    const links = createTrialLinks({ ...input, host: '' }, ports)
    const link = await links.issue({}, firstFile)
    return { kind: 'opened', link, found: await openTwice(link, links) }
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}

/** Rejects with what was seen if the first request does not return the file, or the second one is not refused. */
async function openTwice(link: string, links: TrialLinks): Promise<string> {
  const { redirect, file } = await links.open(link)
  if (file === undefined) throw new Error(`the link returned ${redirect.status}, not 302`)
  if (file.status !== 200 || file.text !== firstFile.text) {
    throw new Error(`the file returned ${file.status} and other bytes`)
  }
  const { status } = await links.get(link)
  if (status !== 403) throw new Error(`the link returned ${status} when it was opened again, not 403`)
  return `opened once: 302, then the file (${file.text.length} bytes); again: 403`
}
