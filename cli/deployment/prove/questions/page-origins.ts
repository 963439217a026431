import { newKey } from '../../../../client/arguments.ts'
import { parseJsonObject } from '../../../../client/problem.ts'
import { no, notTried, type Question, yes } from '../question.ts'
import type { Received } from '../trial-links.ts'

/** Whether a page of this origin may read a response to a request with cookies (WHATWG, "Fetch", "CORS check"). */
function mayRead(response: Received, origin: string): boolean {
  const isAllowed = response.header('access-control-allow-credentials') === 'true'
  return isAllowed && response.header('access-control-allow-origin') === origin
}

/** Pages of the setting read what they open; of a file no browser asks first, as long as they add no headers of their own. */
export const pageOrigins: Question = {
  id: 'page-origins',
  asks: 'a page of pageOrigins may open a link, and read its file and an error page, and a page of another origin may read nothing',
  source:
    'CloudFront, "Understand response headers policies": no page says it of error pages, nor what becomes of Vary',
  isRelied: settings => settings.pageOrigins !== undefined,
  async answer({ links, settings }) {
    const [origin] = settings.pageOrigins ?? []
    if (origin === undefined) return notTried('only with pageOrigins')
    if (links.missing !== undefined) return notTried(links.missing)
    const headers = { origin, accept: 'application/json', 'idempotency-key': newKey() }
    const { redirect: link } = await links.redirect(await links.issue(), { method: 'POST', headers })
    const { url } = parseJsonObject(link.text)
    if (link.status !== 200 || typeof url !== 'string') return notTried(`the link returned ${link.status}`)
    const file = await links.request(url, { headers: { origin } })
    const errorPage = await links.request(url.split('?')[0] ?? url, { headers: { origin } })
    const read = Object.entries({ link, file, 'error page': errorPage })
    const shown = read.map(([name, each]) => `${name} ${each.status} ${mayRead(each, origin) ? 'readable' : 'not'}`)
    const other = 'https://once.example'
    const foreign = await links.request(url, { headers: { origin: other } })
    const asked = { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' }
    const preflight = await links.request(url, { method: 'OPTIONS', headers: asked })
    const vary = (await links.request(url)).header('vary') ?? 'none'
    const found = `${shown.join(', ')}; another origin: ${mayRead(foreign, other) ? 'readable' : 'not'}; a preflight of the file ${preflight.status}; Vary with an origin ${file.header('vary') ?? 'none'}, without ${vary}`
    const isRight = read.every(([, each]) => mayRead(each, origin)) && file.status === 200 && !mayRead(foreign, other)
    return isRight ? yes(found) : no(found, 'lead the browser to the link, which needs no pageOrigins')
  },
}
