import { renderUnicodeCompact } from 'uqr'
import { type Answer, no, notTried, type ProveContext, type Question, yes } from '../question.ts'

/** Letters that no one takes for another. */
const letters = 'ACDEFHJKMNPRTUVWXY'
const codeLength = 5

/** Most browsers that one run asks for. */
const maxBrowsers = 20

interface Tried {
  readonly browser: string
  readonly isKept: boolean
}

/**
 * Browsers send the cookie that came with the redirect. Only people have phones: each gets a link with `client-only` as a QR code, of a
 * file that arrives only with the cookie, and types the code that is in it.
 */
export const cookie: Question = {
  id: 'cookie',
  asks: 'browsers keep the cookie of the redirect, and send it for the file',
  source: 'RFC 6265bis, "The SameSite Attribute": Lax; decision 33',
  isRelied: ({ gate }) => gate,
  async answer(context) {
    const { links, settings, ports } = context
    if (!settings.gate) return notTried('the deployment has no gate (gate: true)')
    if (links.missing !== undefined) return notTried(links.missing)
    if (ports.ask === undefined) return notTried('there is no terminal to ask a person')
    const tried: Tried[] = []
    while (tried.length < maxBrowsers) {
      const next = await tryBrowser(context, ports.ask)
      if (next === undefined) break
      tried.push(next)
    }
    return judge(tried)
  },
}

/** Asks for one browser; undefined if the person has none (more). */
async function tryBrowser(
  { links, ports, signal }: ProveContext,
  ask: (question: string) => Promise<string>,
): Promise<Tried | undefined> {
  signal.throwIfAborted()
  const browser = (await ask('A browser to try, such as Safari on iOS from Mail (empty: no more):')).trim()
  if (browser === '') return undefined
  const code = codeFrom(ports.random(codeLength))
  const link = await links.issue(
    { bind: 'client-only' },
    { key: `once/prove-${code.toLowerCase()}.txt`, text: `The code is ${code}\n` },
  )
  ports.info(renderUnicodeCompact(link, { ecc: 'L', border: 4 }))
  const typed = await ask(
    `Scan the code above, or open ${link}\nThen type the five letters in the file that was saved (empty: no file came):`,
  )
  return { browser: browserText(browser), isKept: typed.trim().toUpperCase() === code }
}

function codeFrom(bytes: Uint8Array): string {
  return [...bytes].map(byte => letters[byte % letters.length]).join('')
}

/** A name that a person typed, which goes into a table. */
function browserText(text: string): string {
  return text
    .replaceAll(/[^\p{L}\p{N} .,()+-]/gu, ' ')
    .slice(0, 60)
    .trim()
}

function judge(tried: readonly Tried[]): Answer {
  if (tried.length === 0) return notTried('no browser was named')
  const found = tried.map(({ browser, isKept }) => `${browser}: ${isKept ? 'yes' : 'no'}`).join('; ')
  if (tried.every(({ isKept }) => isKept)) return yes(found)
  return no(found, 'issue with bind client (the default of media) rather than client-only: then the address is enough')
}
