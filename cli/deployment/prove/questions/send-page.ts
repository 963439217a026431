import { parseJsonObject } from '../../../../client/problem.ts'
import { no, notTried, type Question, yes } from '../question.ts'

/** The page for senders arrives from its bucket, and CloudFront leaves refusals of its API alone. */
export const sendPage: Question = {
  id: 'send-page',
  asks: 'the page for senders arrives with its policy, and its path /api/ is the token API, which gets tokens, and whose refusals arrive',
  source: 'decision 57; CloudFront, "Use managed origin request policies", which does not mention API Gateway',
  isRelied: settings => settings.sendPage !== undefined,
  async answer({ settings, names, links, ports }) {
    if (settings.sendPage === undefined) return notTried('needs sendPage in the settings')
    const [home] = settings.homeRegions
    const stack = await ports.aws.stacks.describe(names.regionStack(home), home)
    const url = stack?.outputs['SendPageUrl']
    if (url === undefined) return notTried(`the stack of ${home} has no page -> npm run deploy`)
    // Without a token, API Gateway asks for one; of a wrong one, the authorizer says what is wrong.
    const headers = { authorization: 'Bearer a.a.a' }
    const [page, refused] = [await links.get(url), await links.get(`${url}api/links`, { headers })]
    const policy = page.header('content-security-policy') ?? ''
    const hasPolicy = policy.includes("frame-ancestors 'none'")
    const { reason = 'without a reason' } = parseJsonObject(refused.text)
    const isOfToken = refused.status === 401 && !['token-required', 'without a reason'].includes(String(reason))
    const found = `the page returned ${page.status} ${hasPolicy ? 'with' : 'without'} its policy, the API to a wrong token ${refused.status} ${String(reason)}`
    return page.status === 200 && hasPolicy && isOfToken
      ? yes(found)
      : no(found, 'npm run deploy -- --revert-drift; until then people use once console')
  },
}
