import { parseJsonObject } from '../../../../client/problem.ts'
import { callbackPath } from '../../../../console/protocol.ts'
import { type Answer, no, notTried, type ProveContext, type Question, yes } from '../question.ts'
import type { Received } from '../trial-links.ts'

const around = 'until then people use once console'

/** Reads where the page for senders is, and asks; without a page, says what it needs. */
async function withPage(
  { settings: { sendPage, auth, homeRegions }, names, ports }: ProveContext,
  ask: (page: URL, login: { readonly clientId: string; readonly issuer: string }) => Promise<Answer>,
): Promise<Answer> {
  if (sendPage === undefined || auth === undefined) return notTried('needs sendPage in the settings')
  const [home] = homeRegions
  const stack = await ports.aws.stacks.describe(names.regionStack(home), home)
  const url = stack?.outputs['SendPageUrl']
  if (url === undefined) return notTried(`the stack of ${home} has no page -> npm run deploy`)
  return ask(new URL(url), { clientId: sendPage.clientId, issuer: auth.issuer })
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

const policyOf = (page: Received) => page.header('content-security-policy') ?? ''

/** The page for senders arrives from its bucket, and CloudFront leaves requests to its API, and refusals of it, alone. */
export const sendPage: Question = {
  id: 'send-page',
  asks: 'the page for senders arrives with its policy, and its path /api/ is the token API, which gets tokens and all methods, and whose refusals arrive',
  source: 'decision 57; CloudFront, "Use managed origin request policies", which does not mention API Gateway',
  isRelied: settings => settings.sendPage !== undefined,
  answer: async context =>
    withPage(context, async ({ href }) => {
      const { links } = context
      // Without a token, API Gateway asks for one; of a wrong one, the authorizer says what is wrong.
      const headers = { authorization: 'Bearer a.a.a', 'content-type': 'application/json' }
      const page = await links.request(href)
      const refused = [
        await links.request(`${href}api/links`, { headers }),
        await links.request(`${href}api/links`, { method: 'POST', headers, body: new TextEncoder().encode('{}') }),
        await links.request(`${href}api/links/${'A'.repeat(22)}`, { method: 'DELETE', headers }),
      ].map(({ status, text }) => ({ status, reason: textOf(parseJsonObject(text)['reason']) ?? 'without a reason' }))
      const hasPolicy = policyOf(page).includes("frame-ancestors 'none'")
      const isOfToken = refused.every(
        ({ status, reason }) => status === 401 && !['token-required', 'without a reason'].includes(reason),
      )
      const texts = refused.map(({ status, reason }) => `${status} ${reason}`)
      const found = `the page returned ${page.status} ${hasPolicy ? 'with' : 'without'} its policy, the API to a wrong token with GET, POST and DELETE ${texts.join(', ')}`
      return page.status === 200 && hasPolicy && isOfToken
        ? yes(found)
        : no(found, `npm run deploy -- --revert-drift; ${around}`)
    }),
}

/** The provider answers requests of the page: browsers send both with the page's origin, and let it read no other answers. */
export const login: Question = {
  id: 'login',
  asks: "the page for senders may read the provider's discovery document and token endpoint",
  source: 'OpenID Connect Discovery 1.0, section 4; Fetch, "CORS check"; decision 57',
  isRelied: settings => settings.sendPage !== undefined,
  answer: async context =>
    withPage(context, async ({ href, origin }, { clientId, issuer }) => {
      const { links } = context
      const isReadable = ({ header }: Received) => ['*', origin].includes(header('access-control-allow-origin') ?? '')
      const wellKnown = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
      const discovery = await links.request(wellKnown, { headers: { origin } })
      const { issuer: named, token_endpoint: endpoint } = parseJsonObject(discovery.text)
      const address = URL.parse(textOf(endpoint) ?? '')
      if (address === null) return no(`the discovery document, ${discovery.status}, names no token endpoint`, around)
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        code: 'once-prove',
        client_id: clientId,
        redirect_uri: origin + callbackPath,
        code_verifier: 'once-prove'.repeat(5),
      })
      const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' }
      const bytes = new TextEncoder().encode(String(body))
      const refused = await links.request(address.href, { method: 'POST', headers, body: bytes })
      const error = textOf(parseJsonObject(refused.text)['error'])
      const wrong = [
        ...(isReadable(discovery) ? [] : ["the discovery document does not allow the page's origin"]),
        ...(named === issuer ? [] : ['the issuer in it is not that of the settings']),
        ...(allows(policyOf(await links.request(href)), address) ? [] : ["the page's policy lacks the token endpoint"]),
        ...(isReadable(refused) ? [] : ["the token endpoint does not allow the page's origin"]),
        ...(refused.status >= 400 && error !== undefined ? [] : ['it does not refuse a wrong code in JSON']),
      ]
      const found = `to a wrong code, the token endpoint returned ${refused.status} ${error ?? 'without an error'}`
      const steps = "name the page's origin at the provider, and the token endpoint's in sendPage.origins"
      return wrong.length === 0 ? yes(found) : no(`${wrong.join('; ')}; ${found}`, `${steps}; ${around}`)
    }),
}

/** Whether a content security policy lets the page request an address. */
function allows(policy: string, address: URL): boolean {
  const [, ...sources] = /connect-src [^;]*/.exec(policy)?.[0].split(' ') ?? []
  return sources.some(source => address.href.startsWith(source.endsWith('/') ? source : `${source}/`))
}
