import { type Answer, factOf, no, notTried, type ProveContext, type Question, word, yes } from '../question.ts'
import { makerOf } from '../trial-links.ts'

/** A link opens over IPv6: the edge function and the gate see the same network. */
export const ipv6: Question = {
  id: 'ipv6',
  asks: 'a link that is bound to an address opens over IPv6',
  source: 'docs/protocol.md; AWS documents no spelling of viewer.ip',
  isRelied: ({ ipv6: isOn }) => isOn,
  async answer({ links, settings }) {
    if (!settings.ipv6) return notTried('IPv6 is off (ipv6: true)')
    if (links.missing !== undefined) return notTried(links.missing)
    const link = await links.issue({ bind: 'exact' })
    const opened = await links.open(link, { family: 6 }).catch((error: unknown) => String(error))
    if (typeof opened === 'string') return notTried('this machine has no IPv6, or reaches no edge over it')
    const { redirect, file } = opened
    if (file === undefined) return no(`the link returned ${makerOf(redirect)}, not a redirect`, 'ipv6: false')
    if (file.status === 200) return yes('the link opened over IPv6, and the file arrived')
    if (file.mark !== 'gate') return notTried(`the file returned ${makerOf(file)}, not by the gate`)
    return no(`the file returned ${makerOf(file)}`, 'ipv6: false')
  },
}

/** The spellings of IPv6 addresses that the throw-away function tells apart; never the address. */
const shapePattern = /^(lower|upper|mixed) case, (compressed|not compressed), (zeros kept|no leading zeros)$/

/** How `viewer.ip` spells an IPv6 address. The gate reads every spelling of RFC 4291. */
export const ipv6Spelling: Question = {
  id: 'ipv6-spelling',
  asks: 'how does viewer.ip spell an IPv6 address?',
  source: 'not documented: other fields of CloudFront show two spellings',
  isRelied: () => false,
  also: 'ipv6',
  async answer(context) {
    const { trialOf, links } = context
    const trial = trialOf('ipv6')
    if (trial.kind === 'missing') return notTried(trial.why)
    if (trial.kind === 'refused')
      return notTried(`AWS refused the throw-away distribution: ${trial.reasons.join('; ')}`)
    const url = `https://${trial.outputs['Host'] ?? ''}/`
    const received = await links.request(url, { family: 6 }).catch(() => undefined)
    if (received === undefined) return notTried('this machine has no IPv6, or reaches no edge over it')
    if (received.status !== 200) return notTried(`the throw-away distribution returned ${makerOf(received)}`)
    return shapeAnswer(received.text.trim())
  },
}

function shapeAnswer(text: string): Answer {
  if (text === 'IPv4') return notTried('the request arrived over IPv4')
  if (!shapePattern.test(text)) return no('viewer.ip is in no spelling of RFC 4291', 'ipv6: false')
  return word(text, 'the gate reads it: it compares bytes')
}

/** The plan of the deployment allows what it uses. */
export const plan: Question = {
  id: 'plan',
  asks: 'with a flat-rate plan, files arrive with their name and headers',
  source: 'CloudFront, "Flat-rate pricing plans"; decision 37',
  isRelied: ({ plan: found }) => found !== undefined,
  also: 'plan',
  async answer(context) {
    const { settings, links, trialOf } = context
    if (settings.plan !== undefined) return links.missing === undefined ? withPlan(context) : notTried(links.missing)
    const trial = trialOf('plan')
    if (trial.kind === 'missing') return notTried(`the deployment has no plan: ${trial.why}`)
    const found =
      'a subscription of the free plan, of a distribution with a function at viewer-response and managed policies'
    if (trial.kind === 'created') return yes(`CloudFront accepted ${found}`)
    return no(`AWS refused ${found}: ${trial.reasons.join('; ')}`, 'use no plan: CloudFront is then billed by use')
  },
}

async function withPlan({ links, settings }: ProveContext): Promise<Answer> {
  const link = await links.issue({ filename: 'proof.txt' })
  const { redirect, url, file } = await links.open(link)
  if (url === undefined || file === undefined) throw new Error(`the link returned ${makerOf(redirect)}, not a redirect`)
  if (file.status !== 200)
    return no(
      `plan ${settings.plan}: the file returned ${makerOf(file)}`,
      "plan: 'business', or no plan (docs/deploy.md)",
    )
  const hasName = file.header('content-disposition')?.includes('proof.txt') === true
  const hasPolicy = file.header('content-security-policy') !== undefined
  if (hasName && hasPolicy) {
    // All headers of viewers are passed on to S3, which refuses x-amz-* that are not signed. Few viewers send any.
    const sent = await links.request(url, { headers: { 'x-amz-meta-a': '1' } })
    return yes(`plan ${settings.plan}: name and headers arrived; to a viewer that sends x-amz-meta-a, ${makerOf(sent)}`)
  }
  return no(
    `plan ${settings.plan}: the file arrived without ${hasName ? 'its security headers' : 'its name'}`,
    "plan: 'business', or no plan (docs/deploy.md)",
  )
}

/** The distribution's function may have more than 128 MB. */
export const memory: Question = {
  id: 'memory',
  asks: 'a function at viewer-request may have more than 128 MB',
  source: 'CloudFront, "Quotas": since 2026 as for Lambda',
  isRelied: ({ edgeMemory }) => edgeMemory > 128,
  also: 'memory',
  async answer({ facts, trialOf }) {
    const around = 'edgeMemory: 128'
    const deployed = Number(factOf(facts, 'deployed')?.['edgeMemory'] ?? 0)
    if (deployed > 128 && factOf(facts, 'distribution') !== undefined) return yes(`${deployed} MB is deployed`)
    const trial = trialOf('memory')
    if (trial.kind === 'missing')
      return notTried(`no distribution here has a function of more than 128 MB (edgeMemory): ${trial.why}`)
    if (trial.kind === 'created') return yes('a distribution accepted a function of 256 MB')
    const reasons = trial.reasons.join('; ')
    return /memory/i.test(reasons)
      ? no(`AWS refused a function of 256 MB: ${reasons}`, around)
      : notTried(`AWS refused something else: ${reasons}`)
  },
}
