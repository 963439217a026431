import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { apiRegionsOf, edgeStackRegion } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { ExitCode } from '../../command.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { diagnose } from '../doctor/doctor.ts'
import { createTrialLinks, type TrialLinks } from '../prove/trial-links.ts'
import { protect, type Protection } from './protect.ts'
import type { Steps } from './steps.ts'

/** What is left to do when all stacks are deployed. */
export interface FinishInput extends Protection {
  /** Whether to open a first link. */
  readonly isFirst: boolean
}

/** Protects tables and stacks, checks the deployment, opens a first link and prints the addresses. Returns 1 if something is wrong. */
export async function finish(input: FinishInput, ports: DeploymentPorts): Promise<ExitCode> {
  const { settings, steps } = input
  await protect(input, ports)
  const outputs = await outputsOf(input, ports)
  printAddresses(outputs, steps)
  const isHealthy = await check(input, ports)
  const isOpened = await openFirstLink(input, outputs['Url'], ports)
  if (settings.plan !== undefined && settings.plan !== 'free') {
    const todo = 'approve it in the CloudFront console (Pricing plans); until then CloudFront is billed by use'
    steps.print(`the plan ${settings.plan} waits for an approval -> ${todo}`, { plan: settings.plan, todo })
  }
  const isWell = isHealthy && isOpened
  steps.print(isWell ? `${settings.name} is deployed` : `${settings.name} is deployed, with problems`, {
    result: isWell ? 'deployed' : 'deployed with problems',
  })
  return isWell ? 0 : 1
}

async function outputsOf(
  { settings, account }: FinishInput,
  { aws }: DeploymentPorts,
): Promise<Readonly<Record<string, string>>> {
  const names = physicalNames(settings.name, account)
  const [home] = settings.homeRegions
  // Each api has an output `Url`: that of the first one counts.
  const regions: readonly Region[] = [edgeStackRegion, home, ...apiRegionsOf(settings).toReversed()]
  const stacks = await Promise.all(regions.map(region => aws.stacks.describe(names.regionStack(region), region)))
  return Object.assign({}, ...stacks.map(stack => stack?.outputs)) as Record<string, string>
}

function printAddresses(outputs: Readonly<Record<string, string>>, steps: Steps): void {
  for (const name of [
    'LinkOrigin',
    'DistributionDomain',
    'ContentBucket',
    'Url',
    'SendPageUrl',
    'SendPageRedirectUri',
  ]) {
    const value = outputs[name]
    if (value !== undefined) steps.print(`${name} = ${value}`, { output: name, value })
  }
}

async function check({ settings, steps }: FinishInput, ports: DeploymentPorts): Promise<boolean> {
  const end = steps.begin('doctor')
  const { findings } = await diagnose(settings, ports)
  const count = (verdict: string) => findings.filter(finding => finding.verdict === verdict).length
  end(`${count('fail')} fail, ${count('warn')} warn, ${count('ok')} ok`)
  for (const { verdict, check: name, found, todo } of findings.filter(finding => finding.verdict !== 'ok')) {
    steps.print(`${verdict}: ${name}: ${found} -> ${todo}`, { [verdict]: name, found, todo })
  }
  return count('fail') === 0
}

/** The object of the first link. */
const firstFile = { key: 'once/first-link.txt', text: 'This file came through a link that worked once.\n' }

/**
 * Uploads a small file, issues a link for it, opens the link once as a viewer does, and again, which must be refused. Rejects only if the
 * signal is aborted.
 */
async function openFirstLink(
  { settings, steps, signal, isFirst }: FinishInput,
  apiUrl: string | undefined,
  ports: DeploymentPorts,
): Promise<boolean> {
  if (!isFirst) return true
  const end = steps.begin('first link')
  if (settings.network === 'private') {
    end('skipped: only your network reaches the api: issue a link from there (once issue FILE)')
    return true
  }
  try {
    if (apiUrl === undefined) throw new Error('no stack has the URL of the api')
    const links = createTrialLinks({ settings, apiUrl: apiUrl.replace(/\/$/, ''), signal, host: '' }, ports)
    const link = await links.issue({}, firstFile)
    end(await openTwice(link, links))
    steps.print(`first link, used: ${link}`, { firstLink: link })
    return true
  } catch (error) {
    signal.throwIfAborted()
    end(`failed: ${error instanceof Error ? error.message : String(error)} -> once issue FILE, once doctor`)
    return false
  }
}

/** Rejects with what was seen if the first request does not return the file, or the second one is not refused. */
async function openTwice(link: string, links: TrialLinks): Promise<string> {
  const { redirect, file } = await links.open(link)
  if (file === undefined) throw new Error(`the link returned ${redirect.status}, not 302`)
  if (file.status !== 200 || file.text !== firstFile.text) {
    throw new Error(`the file returned ${file.status} and other bytes`)
  }
  const { status } = await links.request(link)
  if (status !== 403) throw new Error(`the link returned ${status} when it was opened again, not 403`)
  return `opened once: 302, then the file (${file.text.length} bytes); again: 403`
}
