import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { apiRegionsOf, type Settings } from '../../../infra/settings/settings.ts'
import { plusMs } from '../../../shared/time.ts'
import { UnreachableError } from '../../command.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { singleLine } from '../../terminal/text.ts'
import { collectFacts } from '../doctor/collect-facts.ts'
import type { Expected } from '../doctor/facts.ts'
import { factOf, type ProveContext } from './question.ts'
import { createTrialLinks } from './trial-links.ts'
import type { TrialKind, TrialResult } from './trials/trials.ts'

/** What a run is for. */
export interface ProveInput {
  readonly settings: Settings
  readonly signal: AbortSignal
  /** Minutes to wait for what AWS delivers late. */
  readonly minutes: number
  /** What became of throw-away stacks; filled before the first question. */
  readonly results: ReadonlyMap<TrialKind, TrialResult>
}

/** Reads what is deployed. Rejects with an `UnreachableError` if nothing is, and with AWS's error. */
export async function readContext(
  { settings, signal, minutes, results }: ProveInput,
  ports: DeploymentPorts,
): Promise<ProveContext & { readonly secrets: readonly string[] }> {
  const account = await ports.aws.account()
  const names = physicalNames(settings.name, account)
  const expected = { settings, names, account, now: ports.clock.now() }
  const facts = await collectFacts(ports, expected)
  for (const name of ['stacks', 'distribution'] as const) {
    const fact = facts[name]
    if (fact.kind === 'unknown') throw new UnreachableError(`the ${name} can't be read: ${singleLine(fact.why)}`)
  }
  if (factOf(facts, 'stacks').length === 0) {
    throw new UnreachableError(`there is no deployment named ${settings.name}: deploy one with npm run deploy`)
  }
  const distribution = factOf(facts, 'distribution')
  const host = settings.domainName ?? distribution?.host ?? ''
  const apiUrl = await apiUrlOf(expected, ports)
  return {
    settings,
    names,
    facts,
    links: createTrialLinks({ settings, host: distribution === undefined ? '' : host, apiUrl, signal }, ports),
    trialOf: kind => results.get(kind) ?? { kind: 'missing', why: `needs --also ${kind}` },
    ports,
    signal,
    waitUntil: untilFirstCall(minutes, ports),
    secrets: [
      account,
      host,
      distribution?.host ?? '',
      distribution?.id ?? '',
      hostOf(apiUrl),
      hostOf(settings.auth?.issuer),
      settings.sendPage?.domainName ?? '',
    ],
  }
}

/** All questions that wait share the same minutes, which begin with the first of them. */
function untilFirstCall(minutes: number, { clock, info, progress }: DeploymentPorts): ProveContext['waitUntil'] {
  let until: ReturnType<ProveContext['waitUntil']> | undefined
  return () => {
    if (until === undefined) {
      until = plusMs(clock.now(), minutes * 60_000)
      const time = new Date(until).toISOString().slice(11, 16)
      progress?.('')
      if (minutes > 0) info(`waits until ${time} UTC at most for what AWS delivers late (--wait)`)
    }
    return until
  }
}

async function apiUrlOf({ settings, names }: Expected, { aws }: DeploymentPorts): Promise<string | undefined> {
  const [region = settings.homeRegions[0]] = apiRegionsOf(settings)
  const stack = await aws.stacks.describe(names.regionStack(region), region)
  return stack?.outputs['Url']?.replace(/\/$/, '')
}

function hostOf(url: string | undefined): string {
  return (url === undefined ? undefined : URL.parse(url)?.host) ?? ''
}
