/**
 * How every client of the commands asks: six attempts by the SDK, which waits between them as AWS wants it, for accounts in
 * which others ask too; 5 s to connect, 30 s for an answer.
 */
export const sdkRetry = {
  maxAttempts: 6,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
}

/** Services that are in no Region are asked here, and so are the web ACLs of distributions. */
export const globalRegion = 'us-east-1'

/** One client for each Region, made when it is first asked for. */
export function clientPerRegion<Client>(
  make: (config: typeof sdkRetry & { region: string }) => Client,
): (region: string) => Client {
  const made = new Map<string, Client>()
  return region => {
    const client = made.get(region) ?? make({ ...sdkRetry, region })
    made.set(region, client)
    return client
  }
}

/** What a call gives, or undefined when AWS answers with one of these errors: there is no such thing. */
export async function undefinedIfMissing<T>(answer: Promise<T>, ...errors: readonly string[]): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && errors.includes(error.name)) return undefined
    throw error
  }
}

/** Most pages that a list may have: more than any account should hold. */
const maxPages = 1000

/** Everything that a list holds, over all its pages. */
export async function allOf<Page, T>(
  pages: AsyncIterable<Page>,
  ofPage: (page: Page) => readonly T[] | undefined,
): Promise<readonly T[]> {
  const all: T[] = []
  let count = 0
  for await (const page of pages) {
    all.push(...(ofPage(page) ?? []))
    count += 1
    if (count >= maxPages) throw new Error(`got ${maxPages} pages of a list and more, allowed: fewer`)
  }
  return all
}

/** The pages of a list for which the SDK has no paginator: `ask` gets the mark that the page before gave. */
export async function* pagesOf<Page>(
  ask: (mark: string | undefined) => Promise<Page>,
  markOf: (page: Page) => string | undefined,
): AsyncGenerator<Page> {
  let mark: string | undefined
  do {
    const page = await ask(mark)
    yield page
    mark = markOf(page)
  } while (mark !== undefined && mark !== '')
}
