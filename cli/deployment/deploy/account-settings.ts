import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { hasSchedules } from '../../../infra/placement/placement.ts'
import { apiRegionsOf, type Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import { settingsOf } from '../../settings.ts'
import { type Concern, type PreflightInput, problem, remark } from './concern.ts'
import { inEachRegion } from '../names.ts'
import type { DeployedState } from './deployed.ts'
import type { DeployScope } from './steps.ts'
import { StoppedError } from './stopped.ts'

type Input = Pick<PreflightInput, 'settings' | 'deployed' | 'aws'>

/** What settings the account decides: some of them are not known before it is asked. */
interface Decided {
  readonly settings: Partial<Pick<Settings, 'availabilityZones' | 'apiLogRole'>>
  readonly concerns: readonly Concern[]
}

/**
 * Returns the scope with the settings that the account decides: the zones of a private network, and whose role writes the logs of API
 * Gateway. What is deployed keeps what it has. Rejects with a `StoppedError` if no two zones serve what the network needs.
 */
export async function decideByAccount(
  scope: DeployScope,
  deployed: DeployedState,
): Promise<{ readonly scope: DeployScope; readonly concerns: readonly Concern[] }> {
  const { settings, ports } = scope
  const [availabilityZones, ofLogs] = await Promise.all([
    zonesFor({ settings, deployed, aws: ports.aws }),
    logRoleFor({ settings, deployed, aws: ports.aws }),
  ])
  const decided = { ...ofLogs.settings, ...(availabilityZones !== undefined && { availabilityZones }) }
  const written = { ...scope.written, ...decided }
  return { scope: { ...scope, written, settings: settingsOf(written) }, concerns: ofLogs.concerns }
}

/** Lambda, and the endpoints of a private network. AWS has no list of Lambda's zones: that of its endpoint is the nearest. */
const services = ['lambda', 'secretsmanager', 'execute-api', 'events']

/** The names of zones differ between accounts, and not every zone serves what a private network needs. */
async function zonesFor(input: Input): Promise<readonly string[] | undefined> {
  const { settings, deployed, aws } = input
  const { network, homeRegions, availabilityZones } = settings
  const [home] = homeRegions
  const kept = deployed.settings?.availabilityZones
  if (network === 'public') return undefined
  if (availabilityZones !== undefined && kept !== undefined && String(availabilityZones) !== String(kept)) {
    const found = `availabilityZones: deployed ${kept.join(', ')}, now ${availabilityZones.join(', ')}`
    const why = 'a subnet would be replaced by one with the same addresses'
    throw new StoppedError(`${found}: ${why}`, 'leave the setting out: this command keeps the zones of a network')
  }
  if (availabilityZones !== undefined || kept !== undefined) return availabilityZones ?? kept
  // A network of an earlier version, whose template has no zones.
  const subnets = (await resourcesIn(home, input)).filter(({ type }) => type === 'AWS::EC2::Subnet')
  const ids = subnets.map(({ physicalId }) => physicalId)
  if (ids.length === 2) return aws.networks.zonesOf(ids, home)
  const needed = hasSchedules(settings) ? [...services, 'scheduler'] : services
  const zones = await aws.networks.zonesWith(needed, home)
  if (zones.length >= 2) return zones.slice(0, 2)
  throw new StoppedError(
    `in ${home}, ${zones.length === 0 ? 'no zone' : `only ${zones.join(', ')}`} has endpoints of ${needed.join(', ')}`,
    "choose another first home Region, or set network: 'public'",
  )
}

/** All APIs of an account and Region write logs by one role: one that is there, and not this deployment's, stays. */
async function logRoleFor(input: Input): Promise<Decided> {
  const { settings } = input
  const { apiLogRole } = settings
  if (apiLogRole === 'none') return { settings: {}, concerns: [] }
  const roles = await inEachRegion(apiRegionsOf(settings), region => logRoleIn(region, input))
  const others = Object.entries(roles).filter(([, role]) => role !== 'own' && role !== undefined)
  const without = Object.keys(roles).filter(region => roles[region as Region] === undefined)
  if (others.length === 0 && apiLogRole === 'own') return { settings: {}, concerns: [] }
  const concerns = [
    ...others.map(([region, role]) =>
      remark(`API Gateway in ${region} writes logs by ${role}, which stays`, "to say so, set apiLogRole: 'account'"),
    ),
    ...without.map(region =>
      problem(
        `API Gateway in ${region} has no role for logs, and this deployment sets none`,
        `set one: aws apigateway update-account --region ${region} --patch-operations op=replace,path=/cloudwatchRoleArn,value=ARN; or set apiLogRole: 'none'`,
      ),
    ),
  ]
  return {
    settings: { apiLogRole: 'account' },
    concerns: apiLogRole === 'own' ? concerns : concerns.slice(others.length),
  }
}

/** Returns the ARN of the role of a Region, `own` if this deployment has set it; undefined if there is none. */
async function logRoleIn(region: Region, input: Input): Promise<string | undefined> {
  const { restApis, prerequisites } = input.aws
  const resources = await resourcesIn(region, input)
  if (resources.some(({ type }) => type === 'AWS::ApiGateway::Account')) return 'own'
  // The preflight reports a Region that can't be used.
  const { kind } = await prerequisites.bootstrap(region)
  return kind === 'version' ? restApis.logRole(region) : undefined
}

/** Returns what exists of the stack of a Region. */
async function resourcesIn(region: Region, { settings, deployed: { account, stacks }, aws }: Input) {
  const name = physicalNames(settings.name, account).regionStack(region)
  const stack = stacks.find(each => each.region === region && each.name === name)
  const resources = stack === undefined ? [] : await aws.stacks.resources(stack)
  return resources.filter(({ physicalId, status }) => physicalId !== '' && status !== 'DELETE_COMPLETE')
}
