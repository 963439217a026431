import { type Answer, ask } from '../machine/http.ts'

/** A cookie of a `Set-Cookie` header. */
export interface ReceivedCookie {
  readonly name: string
  readonly value: string
  readonly path: string | undefined
  /** Its attributes by name in lower case. */
  readonly attributes: Readonly<Record<string, string>>
}

/** Parses the `Set-Cookie` headers of a response (RFC 6265). */
export function cookiesIn({ headers }: Pick<Answer, 'headers'>): readonly ReceivedCookie[] {
  return [headers['set-cookie'] ?? []].flat().map(line => {
    const [[name = '', value = ''] = [], ...rest] = line.split('; ').map(part => part.split(/=(.*)/s))
    const attributes = Object.fromEntries(rest.map(([key = '', text = '']) => [key.toLowerCase(), text]))
    return { name, value, path: attributes['path'], attributes }
  })
}

/** Returns the `Cookie` header that a client sends to `path`: only cookies whose path matches (RFC 6265, 5.1.4). */
export function cookieHeader(cookies: readonly ReceivedCookie[], path: string): string {
  return cookies
    .filter(({ path: home = '/' }) => path === home || path.startsWith(home.endsWith('/') ? home : `${home}/`))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
}

/** A program that keeps cookies, with the response to its first request. */
export interface Program {
  readonly answer: Answer
  readonly cookies: readonly ReceivedCookie[]
  /** Requests a path of the same host as an honest client: with the cookies whose path matches. */
  get(path: string, from?: string): Promise<Answer>
  /** Requests a path with all cookies. */
  force(path: string, from?: string): Promise<Answer>
}

/** Opens a link as a program with a cookie jar would. */
export async function openAsProgram(link: string, headers: Record<string, string> = {}): Promise<Program> {
  const { origin } = new URL(link)
  const answer = await ask(link, { headers })
  const cookies = cookiesIn(answer)
  const send = (path: string, cookie: string, from?: string) =>
    ask(origin + path, { headers: cookie === '' ? {} : { cookie }, ...(from !== undefined && { from }) })
  return {
    answer,
    cookies,
    get: (path, from) => send(path, cookieHeader(cookies, path), from),
    force: (path, from) => send(path, cookies.map(({ name, value }) => `${name}=${value}`).join('; '), from),
  }
}

/** Requests paths one after another, and returns the distinct statuses in ascending order. */
export async function statusesOf(
  paths: readonly string[],
  get: (path: string) => Promise<Answer>,
): Promise<readonly number[]> {
  const statuses = new Set<number>()
  for (const path of paths) statuses.add((await get(path)).status)
  return [...statuses].toSorted((a, b) => a - b)
}
