/**
 * Attempts and timeouts of every SDK client: six attempts, because other callers of the account share its rate limits, with
 * the SDK's backoff between them; 5 s to connect, 30 s for a response.
 */
export const sdkRetry = {
  maxAttempts: 6,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
}

/** The Region of clients for global services, and for web ACLs of distributions. */
export const globalRegion = 'us-east-1'

/** Returns a function that returns the client of a Region and creates it on first use. */
export function clientPerRegion<Client>(
  make: (config: typeof sdkRetry & { region: string }) => Client,
): (region: string) => Client {
  const clients = new Map<string, Client>()
  return region => {
    const client = clients.get(region) ?? make({ ...sdkRetry, region })
    clients.set(region, client)
    return client
  }
}

/** Resolves to the response; to undefined if it is one of the named errors, which mean that the resource doesn't exist. */
export async function undefinedIfMissing<T>(
  response: Promise<T>,
  ...errors: readonly string[]
): Promise<T | undefined> {
  try {
    return await response
  } catch (error) {
    if (error instanceof Error && errors.includes(error.name)) return undefined
    throw error
  }
}

/** Most pages of a list; no account should have as many. */
const maxPages = 1000

/** Collects the items of all pages of a list. Rejects if it has 1000 pages or more. */
export async function allOf<Page, T>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly T[] | undefined,
): Promise<readonly T[]> {
  const all: T[] = []
  let count = 0
  for await (const page of pages) {
    all.push(...(itemsOf(page) ?? []))
    count += 1
    if (count >= maxPages) throw new Error(`a list: got ${maxPages} pages or more, allowed: fewer`)
  }
  return all
}

/** Yields the pages of a list for which the SDK has no paginator. `request` gets the token that the page before returned. */
export async function* pagesOf<Page>(
  request: (token: string | undefined) => Promise<Page>,
  tokenOf: (page: Page) => string | undefined,
): AsyncGenerator<Page> {
  let token: string | undefined
  do {
    const page = await request(token)
    yield page
    token = tokenOf(page)
  } while (token !== undefined && token !== '')
}
