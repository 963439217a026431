import { clientHeader, secretCookiePrefix } from '../../../../shared/cloudfront/binding.ts'
import { allowsOwnPolicies } from '../../../../shared/cloudfront/plan.ts'
import type { CliPorts } from '../../../ports/ports.ts'
import { type Answer, no, notTried, type ProveContext, type Question, word, yes } from '../question.ts'
import { makerOf, type Received } from '../trial-links.ts'

/** How a browser opens a link: then the redirect has a cookie. */
const browser = {
  accept: 'text/html',
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

/** IPv6 needs the gate (docs/protocol.md). The API's default is then `exact`, which CloudFront checks by itself. */
const withoutClients =
  'gate: false, and ipv6: false with it: then no link is bound to a client; callers issue with bind exact'

const cookiePattern = new RegExp(`(${secretCookiePrefix}[\\w-]+)=([\\w-]+)`)

/** A URL that is bound to its client opens for that client and for no other. */
export const gate: Question = {
  id: 'gate',
  asks: 'a URL that is bound to its client opens with the cookie of the redirect, and not without',
  source: 'docs/protocol.md; CloudFront, "CloudFront Functions event structure"',
  isRelied: ({ gate: isOn }) => isOn,
  async answer(context) {
    const missing = missingOf(context)
    if (missing !== undefined) return notTried(missing)
    const { links } = context
    const { redirect, url, file } = await links.open(await links.issue({ bind: 'client-only' }), { headers: browser })
    if (url === undefined || file === undefined)
      throw new Error(`the link returned ${makerOf(redirect)}, not a redirect`)
    if (file.status === 200)
      return no(
        'the file arrived without the cookie: the gate checks nothing',
        'once doctor; until then issue no link with bind client or client-only, and set gate: false',
      )
    const [, name = '', value = ''] = cookiePattern.exec(redirect.header('set-cookie') ?? '') ?? []
    if (name === '') return no('the redirect arrived without its cookie', withoutClients)
    const withCookie = await links.request(url, { headers: { cookie: `${name}=${value}` } })
    if (withCookie.status === 200) return yes(`without the cookie ${makerOf(file)}, with it the file arrived`)
    if (withCookie.mark !== 'gate') return notTried(`the file returned ${makerOf(withCookie)}, not by the gate`)
    return no('also with the cookie the gate refused the file', withoutClients)
  },
}

function missingOf({ links, settings }: ProveContext): string | undefined {
  return links.missing ?? (settings.gate ? undefined : 'the deployment has no gate (gate: true)')
}

/** Which of the two checks CloudFront makes first. Neither changes a request, so both orders are safe. */
export const gateOrder: Question = {
  id: 'gate-order',
  asks: 'which is first: the check of the signature, or the gate?',
  source: 'not documented; decision 30',
  isRelied: () => false,
  async answer({ links }) {
    if (links.host === '') return notTried('there is no distribution')
    // The gate refuses `l` beside a parameter that the edge does not sign, and nothing here is signed.
    const both = await links.request(`https://${links.host}/once/prove.txt?l=x&other=1`)
    if (both.mark === 'gate') return word('gate first', await seesSignature(links))
    if (both.status !== 403) return word('unknown', `a file without a signature returned ${makerOf(both)}`)
    return word(
      'signature first',
      `what both must refuse was refused ${makerOf(both).slice('403 '.length)}; whether the gate sees the parameters of a signature does not show`,
    )
  },
}

async function seesSignature(links: ProveContext['links']): Promise<string> {
  const twice = await links.request(`https://${links.host}/once/prove.txt?Signature=x&Signature=y`)
  return `what both must refuse was refused by the gate, which ${twice.mark === 'gate' ? 'sees' : 'does not see'} the parameters of a signature`
}

/** Whether the function behind files runs for an error that CloudFront makes itself. */
export const pinnedVersionAfterError: Question = {
  id: 'pinned-version-after-error',
  asks: 'does the pinned-version function run after CloudFront has refused a signature?',
  source: 'CloudFront documents it for errors of the origin only: "Restrictions on edge functions"',
  isRelied: () => false,
  async answer({ links, settings }) {
    if (allowsOwnPolicies(settings.plan))
      return notTried('only with plan free or pro is there a pinned-version function')
    if (links.host === '') return notTried('there is no distribution')
    const refused = await links.request(`https://${links.host}/once/prove.txt`)
    return pinnedVersionRan(refused)
  },
}

function pinnedVersionRan(refused: Received): Answer {
  const isSeen = refused.header('content-disposition') !== undefined
  return word(
    isSeen ? 'runs' : 'does not run',
    `the refusal ${isSeen ? 'has' : 'has none of'} the headers that only the function sets`,
  )
}

/** A header with the client's secret reaches the edge function and the gate. */
export const clientHeaderHere: Question = {
  id: 'client-header',
  asks: 'the header Once-Client reaches the edge function and the gate',
  source: 'docs/links.md; CloudFront, "CloudFront Functions event structure"',
  isRelied: ({ gate: isOn }) => isOn,
  async answer(context) {
    const missing = missingOf(context)
    if (missing !== undefined) return notTried(missing)
    const { links, ports } = context
    const headers = { [clientHeader]: randomSecret(ports.random) }
    const { redirect, file } = await links.open(await links.issue({ bind: 'client-only' }), { headers })
    if (file === undefined) return no(`the link returned ${makerOf(redirect)}, not a redirect`, withoutClients)
    if (file.status === 200) return yes('a link with bind client-only opened with it')
    if (file.mark !== 'gate') return notTried(`the file returned ${makerOf(file)}, not by the gate`)
    return no('the gate refused the file', withoutClients)
  },
}

/** curl repeats the header when it follows the redirect. */
export const clientHeaderOfCurl: Question = {
  id: 'client-header-curl',
  asks: 'curl repeats the header Once-Client across the redirect',
  source: 'docs/links.md; curl, "-H" and "-L"',
  isRelied: () => false,
  async answer(context) {
    const missing = missingOf(context)
    if (missing !== undefined) return notTried(missing)
    const { links, ports, signal } = context
    const link = await links.issue({ bind: 'client-only' })
    // A configuration on standard input: arguments are visible to all users of the machine.
    const config = [`url = "${link}"`, `header = "Once-Client: ${randomSecret(ports.random)}"`]
    const input = [
      ...config,
      'location',
      'silent',
      'output = "/dev/null"',
      'write-out = "%{http_code} %{num_redirects}"',
      '',
    ].join('\n')
    const ended = await ports.programs.run('curl', ['--disable', '--config', '-'], { input, signal })
    if (ended === undefined) return notTried('curl is not installed here')
    const [got] = /^[1-5]\d\d \d+/.exec(ended.output) ?? []
    if (ended.code !== 0 || got === undefined) throw new Error(`curl had no response: exit code ${ended.code}`)
    if (got === '200 1') return yes('curl -L -H opened a link with bind client-only')
    return no(
      `curl got ${got} (status, redirects)`,
      'give programs the JSON of the link (Accept: application/json), and send the header with the file',
    )
  },
}

/** Makes the secret of a client, 32 random bytes as `Once-Client` has them: 43 base64url characters. */
function randomSecret(random: CliPorts['random']): string {
  return Buffer.from(random(32)).toString('base64url')
}
