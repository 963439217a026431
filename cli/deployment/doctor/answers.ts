import { errorPageMetadata } from '../../../shared/cloudfront/error-page-path.ts'
import type { HttpClient } from '../../ports/links.ts'

/** Error pages have it instead of `x-once` if the plan of the distribution allows no headers of our own. */
const pageMark = `x-amz-meta-${errorPageMetadata.name}`

/** Timeout for a response, in milliseconds, as long as an origin has. */
const timeoutMs = 30_000

/** A response of a distribution, by whom it was made. */
interface Answer {
  readonly status: number
  /** Its `x-once`: `link` by the edge, `gate` by the gate, `page` for an error page; undefined if it is none of ours. */
  readonly mark: string | undefined
}

/** What a distribution responds to a request for no link, and to one for a file without a signature. */
export interface Answers {
  readonly link: Answer
  readonly file: Answer
}

/** Sends both requests, as a viewer without credentials. Neither uses a link. Rejects if one gets no response. */
export async function askDistribution(host: string, http: HttpClient): Promise<Answers> {
  const [link, file] = await Promise.all([
    answerOf(`https://${host}/d/doctor`, http),
    answerOf(`https://${host}/doctor`, http),
  ])
  return { link, file }
}

async function answerOf(url: string, http: HttpClient): Promise<Answer> {
  const { status, headers, body } = await http.fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
  await body?.cancel()
  return { status, mark: headers.get('x-once') ?? headers.get(pageMark) ?? undefined }
}
