import { NoResponseError, ProblemError, type Retry } from '../../client/client.ts'
import { type DisplayedRefusal, uniformRefusal } from '../../shared/refusal.ts'
import { UnreachableError } from '../command.ts'
import { MalformedResponse, NotConnected } from '../ports/links.ts'
import type { CliPorts } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'
import { shortened, singleLine } from '../terminal/text.ts'

/** Waits for a link from this on are announced, in milliseconds. */
const longWaitMs = 10_000

/** Requests in a row that bring no bytes of a file before the user learns of it: some 4 s. */
const announcedAfter = 5

/** After so many responses in a row that are not HTTP, a download is given up. */
const maxMalformed = 5

/** Longest title or detail of a refusal that is shown, in characters. An edge's have some hundred. */
const maxShownLength = 1000

/** Follows the requests of one redemption and download. */
export interface LinkOutcome {
  /** Notes a failed request, and announces what takes longer. Throws if another request seldom helps. */
  onRetry(retry: Retry): void
  /**
   * Returns lines that say why the link was refused. Throws an `UnreachableError` if no edge says so, or `error` ended the
   * redemption in another way. Each says what is known of the link: whether this command may have used it.
   */
  refusalOf(error: unknown): readonly string[]
}

/** Starts to follow a redemption. */
export function linkOutcome({ info }: Pick<CliPorts, 'info'>): LinkOutcome {
  /** Whether an earlier attempt may have used the link. */
  let isDoubtful = false
  return {
    onRetry({ of, attempt, waitMs, error }) {
      if (of === 'file') {
        if (error.cause instanceof MalformedResponse && attempt >= maxMalformed) throw error.cause
        if (attempt === announcedAfter) info(`No bytes arrive (${reasonOf(error)}): trying for two minutes.`)
        return
      }
      isDoubtful ||= mayHaveUsed(error)
      const what = error instanceof ProblemError ? singleLine(error.title) : 'no response'
      if (waitMs >= longWaitMs) info(`${what}: trying again in ${waitMs / 1000} seconds`)
    },
    refusalOf(error) {
      if (!(error instanceof ProblemError) || isOfGateway(error)) throw noResponse(error, isDoubtful)
      const { title, detail } = textsOf(error)
      const note = isDoubtful && !doubtfulReasons.has(error.reason) ? ` ${noteOn(error.reason)}` : ''
      const hint = error.reason === passphraseRequired ? [passphraseHint] : []
      return [singleLine(title), singleLine(`${detail}${note}`), ...hint]
    },
  }
}

/** Reasons of requests that may have used the link. */
const doubtfulReasons = reasonsIn('outcome-unknown', 'failed')

/** Reasons of used links; this command may have used them. */
const usedReasons = reasonsIn('spent', uniformRefusal.reason)

function reasonsIn(...reasons: readonly DisplayedRefusal['reason'][]): ReadonlySet<string> {
  return new Set(reasons)
}

function noteOn(reason: string): string {
  const first = 'An earlier attempt of this command had no certain result'
  return usedReasons.has(reason) ? `${first}, so this command may have used the link.` : `${first}. ${unknown}`
}

const passphraseRequired: DisplayedRefusal['reason'] = 'passphrase-required'
const passphraseHint = 'Give it with --passphrase-file FILE, or - for standard input.'

/** Opens a link. If it needs a passphrase and none is given, asks for it on a terminal, until it is right or no try is left. */
export async function withPassphrase<T>(
  open: (passphrase: string | undefined) => Promise<T>,
  { given, ask }: { readonly given: string | undefined; readonly ask: CliPorts['ask'] },
): Promise<T> {
  for (let passphrase = given; ;) {
    try {
      return await open(passphrase)
    } catch (error) {
      const question = given === undefined && error instanceof ProblemError ? questionAfter(error) : undefined
      // Without an answer, the refusal says that the link was not used.
      const answer = question && (await ask?.(question, 'hidden').catch(() => undefined))
      if (answer === undefined) throw error
      passphrase = answer
    }
  }
}

function questionAfter({ reason, triesLeft }: ProblemError): string | undefined {
  if (reason === passphraseRequired) return 'The passphrase of this link?'
  if (reason === 'passphrase-invalid') return 'It has 6 to 128 characters. The passphrase?'
  const left = triesLeft === undefined ? '' : `, tries left: ${triesLeft}`
  return reason === 'wrong-passphrase' ? `It is wrong${left}. The passphrase?` : undefined
}

function mayHaveUsed(error: unknown): boolean {
  if (error instanceof ProblemError) return isOfGateway(error) || doubtfulReasons.has(error.reason)
  return !(error instanceof NoResponseError && error.cause instanceof NotConnected)
}

/** Whether a gateway responded, or CloudFront because the function failed. The edge may still have got the request. */
function isOfGateway({ status, reason }: ProblemError): boolean {
  return status >= 500 && reason === 'unknown'
}

const unknown = 'Whether the link was used is unknown.'

function noResponse(error: unknown, isDoubtful: boolean): UnreachableError {
  if (error instanceof NoResponseError && error.cause === undefined) {
    return new UnreachableError(`the server is not an edge: it returned 200 without a URL on its own host\n${unknown}`)
  }
  const why = error instanceof ProblemError ? `the server returned ${error.status}` : reasonOf(error)
  const known = isDoubtful || mayHaveUsed(error) ? unknown : 'The link was not used: no request was sent.'
  return new UnreachableError(`no response from an edge: ${why}\n${known}`)
}

/** An edge says why it refuses a program. Without a reason of its own, a 403 must not pass for that of a used link. */
const notFromEdge =
  'the response was 403, but not from an edge: a firewall blocks this address for some minutes, or a proxy this link. Try again later.'

function textsOf({ status, reason, title, detail }: ProblemError): { readonly title: string; readonly detail: string } {
  if (reason !== 'unknown')
    return { title: shortened(title, maxShownLength), detail: shortened(detail, maxShownLength) }
  if (status === 403) throw new UnreachableError(`${notFromEdge}\n${unknown}`)
  return { title: `The response was ${status}`, detail: 'It gives no reason.' }
}
