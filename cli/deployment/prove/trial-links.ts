import { unlessAborted } from '../../../client/abortable.ts'
import { readText } from '../../../client/bounded-text.ts'
import { type Client, type IssueLink, ProblemError, type UploadedFile } from '../../../client/client.ts'
import { uncheckedReason } from '../../../client/problem.ts'
import { apiRegionsOf, type Settings } from '../../../infra/settings/settings.ts'
import { errorPageMetadata } from '../../../shared/cloudfront/error-page-path.ts'
import { linkIdOf } from '../../../shared/link.ts'
import { parseNonce } from '../../../shared/nonce.ts'
import type { HttpInit } from '../../ports/links.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'

/** A small file for a link that a command opens itself. */
interface TextFile {
  readonly key: string
  readonly text: string
}

/** The object behind the links of this command. Each run replaces it. */
export const trialFile = {
  key: 'once/prove.txt',
  text: 'This file came through a link of once prove.\n',
} as const satisfies TextFile

/** Timeout for a response and its body, in milliseconds: an edge has 5 s, an origin 30 s. */
const timeoutMs = 30_000

/** Longest body that is read, in bytes. */
const maxTextBytes = 16 * 1024

function inTime(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
}

/** A response to a viewer. */
export interface Received {
  readonly status: number
  /** By whom it was made: `link` by the edge, `gate` by the gate, `page` for an error page; undefined for none of ours. */
  readonly mark: string | undefined
  readonly text: string
  header(name: string): string | undefined
}

/** A link that was opened, and the file behind it, if there was a redirect. */
export interface Opened {
  readonly redirect: Received
  /** The signed URL; undefined without a redirect. */
  readonly url: string | undefined
  readonly file: Received | undefined
}

/** How a viewer sends requests; with a body, it is sent as it is. */
type Viewer = Omit<HttpInit, 'signal'>

/** Links that this command issues and opens itself. Each call rejects if the service fails or refuses. */
export interface TrialLinks {
  /** Why none can be issued; undefined if they can. */
  readonly missing: string | undefined
  /** The host of links; empty without a distribution. */
  readonly host: string
  /** Issues a link for `file`, which it uploads before. @default `trialFile` */
  issue(fields?: Omit<IssueLink, 'key'>, file?: TextFile): Promise<string>
  /** Uploads a file, once for all of its links. */
  upload(file: TextFile): Promise<UploadedFile>
  /** Opens a link as a viewer does: follows its redirect with the same headers. */
  open(link: string, viewer?: Viewer): Promise<Opened>
  /** The same, without the file. */
  redirect(link: string, viewer?: Viewer): Promise<Opened>
  request(url: string, viewer?: Viewer): Promise<Received>
  /** Requests a URL and breaks the connection off before its body. */
  breakOff(url: string): Promise<void>
  /** Sends a request to the API, as the caller of this command. */
  send: ReturnType<DeploymentPorts['apis']['sender']>
  /** A link with nothing special, opened once for all questions. */
  plain(): Promise<Opened>
}

/** What trial links need to know. */
export interface TrialLinksInput {
  readonly settings: Settings
  readonly host: string
  /** The origin of the api; undefined if no stack has it. */
  readonly apiUrl: string | undefined
  readonly signal: AbortSignal
}

/** Creates the links of a run. Nothing is uploaded or issued before the first question needs it. */
export function createTrialLinks(input: TrialLinksInput, ports: DeploymentPorts): TrialLinks {
  const { settings, host, apiUrl = '', signal } = input
  const [region = settings.homeRegions[0]] = apiRegionsOf(settings)
  const { issue, upload } = issuing(() => ports.apis.deployed(apiUrl, region), signal, ports)
  const receive = async (url: string, viewer?: Viewer): Promise<Received> => {
    const response = await ports.http.fetch(url, { ...viewer, signal: inTime(signal) })
    const header = (name: string) => response.headers.get(name) ?? undefined
    const mark = header('x-once') ?? header(`x-amz-meta-${errorPageMetadata.name}`)
    return { status: response.status, mark, text: await readText(response, maxTextBytes), header }
  }
  const redirectOf = async (link: string, viewer?: Viewer): Promise<Opened> => {
    const redirect = await untilReady(() => receive(link, viewer), signal, ports)
    const location = redirect.header('location')
    const url = redirect.status === 302 && location !== undefined ? new URL(location, link).href : undefined
    return { redirect, url, file: undefined }
  }
  const open = async (link: string, viewer?: Viewer): Promise<Opened> => {
    const opened = await redirectOf(link, viewer)
    return opened.url === undefined ? opened : { ...opened, file: await receive(opened.url, viewer) }
  }
  let plain: Promise<Opened> | undefined
  const openPlain = async () => open(await issue())
  const breakOff = async (url: string) => {
    const { body } = await ports.http.fetch(url, { signal: inTime(signal) })
    await body?.cancel()
  }
  return {
    missing: missingOf(input),
    host,
    issue,
    upload,
    open,
    redirect: redirectOf,
    request: receive,
    breakOff,
    send: request => ports.apis.sender(apiUrl, region)(request),
    plain: () => (plain ??= openPlain()),
  }
}

/** Attempts to open a link. Permissions of a new role take some seconds to arrive everywhere (IAM, "Troubleshoot"). */
const maxAttempts = 12
const pauseMs = 5_000

/**
 * Opens a link of a new deployment, again while the edge says that it can't yet: twelve times in a minute. Resolves to the last response.
 * Rejects as `open` does, or if the signal is aborted.
 */
async function untilReady(
  open: () => Promise<Received>,
  signal: AbortSignal,
  { clock }: DeploymentPorts,
): Promise<Received> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await open()
    if (response.status < 500 || attempt >= maxAttempts) return response
    await unlessAborted(clock.pause(pauseMs), signal)
  }
}

/** Longest wait for the scan of a file, in milliseconds: all are small. After one that took longer, none is waited for. */
const scanMs = 600_000

function issuing(
  clientOf: () => Client,
  signal: AbortSignal,
  { progress }: Pick<DeploymentPorts, 'progress'>,
): Pick<TrialLinks, 'issue' | 'upload'> {
  const uploaded = new Map<string, Promise<UploadedFile>>()
  let checkMs = scanMs
  const upload = async ({ key, text }: TextFile) => {
    const options = { key, replace: true, type: 'text/plain; charset=utf-8', signal }
    const file = uploaded.get(key) ?? clientOf().upload(new Blob([text]), options)
    uploaded.set(key, file)
    return file
  }
  return {
    upload,
    async issue(fields = {}, file = trialFile) {
      await upload(file)
      const onCheck = () => progress?.('GuardDuty is scanning a file')
      const issued = clientOf().issue({ key: file.key, ...fields }, { signal, checkMs, onCheck })
      const { url } = await issued.catch((error: unknown) => {
        if (error instanceof ProblemError && error.reason === uncheckedReason) checkMs = 0
        throw error
      })
      return url
    },
  }
}

function missingOf({ settings, host, apiUrl }: TrialLinksInput): string | undefined {
  if (settings.network === 'private') return 'only your network reaches the api, so no link can be issued from here'
  if (host === '') return 'there is no distribution'
  return apiUrl === undefined ? 'no stack has the URL of the api' : undefined
}

/** Returns the id of a link. */
export function idOf(link: string): string {
  const nonce = parseNonce(link.slice(link.lastIndexOf('/') + 1))
  if (nonce === undefined) throw new Error('the api returned no link')
  return linkIdOf(nonce)
}

/** Says who made a response, for people: `403 by the gate`. */
export function makerOf({ status, mark }: Received): string {
  const makers: Readonly<Record<string, string>> = {
    link: 'by the edge function',
    gate: 'by the gate',
    page: 'as one of our error pages',
  }
  return `${status} ${makers[mark ?? ''] ?? 'by CloudFront'}`
}
