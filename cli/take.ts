import { CannotAsk } from './command.ts'
import type { WebAnswer } from './link-ports.ts'
import type { World } from './ports.ts'

/** Most times that a link is asked for. */
const mostAttempts = 5

/** Longest that is waited when an edge says to come again, in seconds; what takes longer is told at once. */
const longestWaitSeconds = 30

/** The wait after no answer, in milliseconds; it doubles. */
const firstWaitMs = 250

/** What came of asking for a link: it is ours, with the cookies that go with its URL, or it was refused. */
export type Taken =
  | { readonly kind: 'taken'; readonly url: string; readonly cookie: string | undefined }
  | { readonly kind: 'refused'; readonly title: string; readonly detail: string; readonly reason: string }

/**
 * Uses a link, as a program does that confirms by an Idempotency-Key. When no answer comes, it is asked again with the same
 * key: a link with a receipt then gives the same URL. Rejects with `CannotAsk` when nobody answers.
 */
export async function take(
  { link, idempotencyKey }: { readonly link: string; readonly idempotencyKey: string | undefined },
  { web, clock, random }: World,
): Promise<Taken> {
  const key = idempotencyKey ?? Buffer.from(random(16)).toString('base64url')
  const headers = { accept: 'application/json', 'idempotency-key': key }
  let lost = false
  for (let attempt = 1; ; attempt += 1) {
    const answer = await web.ask({ method: 'POST', url: link, headers }).catch((error: unknown) => asError(error))
    const read = answer instanceof Error ? answer : await readAnswer(answer, link).catch(asError)
    const ms = waitAfter(read, attempt)
    if (read instanceof Error) lost = true
    if (attempt >= mostAttempts || ms === undefined) return settled(read, lost)
    await clock.pause(ms)
  }
}

type Read = (Taken & { readonly retryAfterSeconds?: number | undefined }) | Error

/** Milliseconds until it makes sense to ask again, or undefined when it makes none. */
function waitAfter(read: Read, attempt: number): number | undefined {
  if (read instanceof CannotAsk) return undefined
  if (read instanceof Error) return firstWaitMs * 2 ** (attempt - 1)
  const { retryAfterSeconds: seconds } = read
  return seconds === undefined || seconds > longestWaitSeconds ? undefined : seconds * 1000
}

function settled(read: Read, lost: boolean): Taken {
  if (read instanceof CannotAsk) throw read
  if (read instanceof Error) {
    const words = `nobody answered for the link, ${mostAttempts} times: ${read.message}`
    throw new CannotAsk(`${words}\nIt is not known whether it was used.`, { cause: read })
  }
  if (read.kind === 'taken' || !lost || read.reason !== 'spent') return read
  const words = 'An answer to this very command was lost before, so it may have been this command that used it.'
  return { ...read, detail: `${read.detail} ${words}` }
}

async function readAnswer(answer: WebAnswer, link: string): Promise<Read> {
  const { status } = answer
  const text = await answer.text()
  if (status === 200) return readCapability(jsonOf(text), link)
  const { title, detail, reason } = jsonOf(text)
  const retryAfter = answer.header('retry-after') ?? ''
  return {
    kind: 'refused',
    title: typeof title === 'string' ? title : `The answer was ${status}`,
    detail: typeof detail === 'string' ? detail : 'It does not say why.',
    reason: typeof reason === 'string' ? reason : 'unknown',
    retryAfterSeconds: /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined,
  }
}

/** The URL is on the link's own host, as are its cookies: they are sent nowhere else. */
function readCapability({ url, cookies = {} }: Readonly<Record<string, unknown>>, link: string): Taken {
  const absolute = typeof url === 'string' ? URL.parse(url, link) : null
  if (absolute === null || absolute.origin !== new URL(link).origin || typeof cookies !== 'object') {
    throw new CannotAsk('what answered is no edge of links: it gives no URL on its own host')
  }
  const pairs = Object.entries(cookies ?? {}).map(([name, value]) => `${name}=${String(value)}`)
  const cookie = pairs.length === 0 ? undefined : pairs.join('; ')
  return { kind: 'taken', url: absolute.href, cookie }
}

/** Text that is no JSON object says nothing. */
function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
