import type { IssuedLink } from '../../../client/client.ts'
import { apiRegionsOf, type Settings } from '../../../construct/settings.ts'
import type { HttpResponse } from '../../ports/links.ts'
import type { Ports } from '../../ports/ports.ts'
import { untilReady } from '../until-ready.ts'
import { uploadText } from '../upload-text.ts'

/** The object of the first link. */
const key = 'once/first-link.txt'

const text = 'This file came through a link that worked once.\n'

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
export async function tryFirstLink(input: FirstLinkInput, ports: Ports): Promise<FirstLink> {
  const { settings, apiUrl, signal } = input
  if (settings.network === 'private') {
    return { kind: 'skipped', why: 'only your network reaches the api: issue a link from there (once issue FILE)' }
  }
  if (apiUrl === undefined) return { kind: 'failed', why: 'no stack has the URL of the api' }
  try {
    const { url } = await issueFirst(input, apiUrl, ports)
    return { kind: 'opened', link: url, found: await openTwice(url, signal, ports) }
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}

async function issueFirst(input: FirstLinkInput, apiUrl: string, ports: Ports): Promise<IssuedLink> {
  const { settings, signal } = input
  const objectKey = await uploadText({ key, text }, input, ports)
  const [region = settings.homeRegions[0]] = apiRegionsOf(settings)
  return ports.apis.deployed(apiUrl, region).issue({ key: objectKey }, { signal })
}

/** Rejects with what was seen if the first request does not return the file, or the second one is not refused. */
async function openTwice(link: string, signal: AbortSignal, ports: Ports): Promise<string> {
  const open = async () => {
    const response = await get(link, signal, ports)
    response.end()
    return response
  }
  const first = await untilReady(open, { ports, signal })
  const location = first.header('location')
  if (first.status !== 302 || location === undefined) throw new Error(`the link returned ${first.status}, not 302`)
  const file = await get(new URL(location, link).href, signal, ports)
  const body = await file.text()
  if (file.status !== 200 || body !== text) throw new Error(`the file returned ${file.status} and other bytes`)
  const second = await open()
  if (second.status !== 403) throw new Error(`the link returned ${second.status} when it was opened again, not 403`)
  return `opened once: 302, then the file (${body.length} bytes); again: 403`
}

function get(url: string, signal: AbortSignal, { http }: Ports): Promise<HttpResponse> {
  return http.send({ method: 'GET', url, headers: {}, signal })
}
