import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { edgeStackRegion, type Settings } from '../../../infra/settings/settings.ts'
import { secondsOf } from '../../../shared/time.ts'
import type { LiveLinks } from '../../ports/aws-deploy.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { inEachRegion } from '../names.ts'
import type { DeployedState } from './deployed.ts'
import { findRefused, isLowered, type Refusal, refuseNewName } from './refused-changes.ts'

/** What is compared. */
export interface RefusalInput {
  readonly settings: Settings
  readonly deployed: DeployedState
  /** Whether the user wants a second deployment in the account. */
  readonly isNew: boolean
}

/** Returns every change of the settings that is refused. Reads only. */
export async function refusalsOf(
  { settings, deployed, isNew }: RefusalInput,
  ports: DeploymentPorts,
): Promise<readonly Refusal[]> {
  const { name, homeRegions } = settings
  const names = physicalNames(name, deployed.account)
  if (deployed.settings === undefined) return refuseNewName(deployed, { name, isNew })
  const { settings: before } = deployed
  const dropped = deployed.replicas.filter(region => !homeRegions.includes(region))
  const find = linksOf(deployed, ports)
  const liveLinks = await inEachRegion(
    dropped.filter(region => before.leavingRegions.includes(region)),
    home => find({ home }),
  )
  const planStack = names.extraStack('plan', edgeStackRegion)
  return findRefused({
    deployed: before,
    wanted: settings,
    dropped,
    liveLinks,
    longerLinks: isLowered(before, settings) && (await find({ longerThan: settings.maxLinkSeconds })),
    droppedHost: await droppedHost(settings, deployed, find),
    kmsSigning: deployed.kmsSigning,
    hasPlanStack: deployed.stacks.some(stack => stack.name === planStack),
  })
}

/** Returns a function that looks for live links in the table of the deployment. */
function linksOf({ settings, account, replicas }: DeployedState, { aws, clock }: DeploymentPorts) {
  return async (links: Omit<LiveLinks, 'now'>): Promise<boolean | undefined> => {
    if (settings === undefined || replicas.length === 0) return false
    const { linksTable } = physicalNames(settings.name, account)
    const now = secondsOf(clock.now())
    return aws.prerequisites.hasLiveLinks(linksTable, settings.homeRegions[0], { ...links, now })
  }
}

/**
 * Returns the host of links if the settings have another and links may still name it. The host that CloudFront gives a
 * distribution stays.
 */
async function droppedHost(
  { domainName }: Settings,
  { stacks }: DeployedState,
  find: ReturnType<typeof linksOf>,
): Promise<string | undefined> {
  const origin = stacks.map(({ outputs }) => outputs['LinkOrigin']).find(each => each !== undefined)
  const host = origin === undefined ? undefined : URL.parse(origin)?.host
  if (host === undefined || host === domainName || host.endsWith('.cloudfront.net')) return undefined
  return (await find({})) === false ? undefined : host
}
