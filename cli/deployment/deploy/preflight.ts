import { edgeStackRegion } from '../../../infra/settings/settings.ts'
import { lambdaEdgeRegions } from '../../../infra/placement/lambda-edge-regions.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Bootstrap } from '../../ports/aws-deploy.ts'
import { type Concern, type PreflightInput, problem, remark } from './concern.ts'
import { takenNames } from './taken-names.ts'

/** Returns everything in the account that prevents the deployment, all at once, and what its operator should know. */
export async function preflight(input: PreflightInput): Promise<readonly Concern[]> {
  const regions = await readRegions(input)
  const disabled = regions.flatMap(({ region, is }) =>
    is.kind === 'disabled' ? [problem(`the account can't use ${region}: ${is.why}`, enable(region))] : [],
  )
  const lists = await Promise.all([
    checkConcurrency(input),
    checkDomain(input),
    checkCloudFront(input),
    // It asks each Region for names, and one that is not enabled doesn't answer.
    disabled.length > 0 ? [] : takenNames(input),
  ])
  return [...disabled, ...checkBootstrap(regions, input.deployed.account), ...lists.flat()]
}

/** A Region with a stack, the version of `cdk bootstrap` that it needs, and what it has. */
interface NeededRegion {
  readonly region: Region
  readonly version: number
  readonly is: Bootstrap
}

async function readRegions({ stacks, aws }: PreflightInput): Promise<readonly NeededRegion[]> {
  const needed = new Map<Region, number>()
  for (const { region, bootstrap = 0 } of stacks) needed.set(region, Math.max(bootstrap, needed.get(region) ?? 0))
  return Promise.all(
    [...needed].map(async ([region, version]) => ({ region, version, is: await aws.prerequisites.bootstrap(region) })),
  )
}

function checkBootstrap(needed: readonly NeededRegion[], account: string): readonly Concern[] {
  const old = needed.filter(
    ({ version, is }) => (is.kind === 'missing' && version > 0) || (is.kind === 'version' && is.version < version),
  )
  if (old.length === 0) return []
  const regions = old.map(({ region }) => region)
  const command = `npx cdk bootstrap ${regions.map(region => `aws://${account}/${region}`).join(' ')}`
  return [problem(`not bootstrapped, or by an old version of the CDK: ${regions.join(', ')}`, command)]
}

const enable = (region: Region) => `aws account enable-region --region-name ${region}, or use other Regions`

/** A quota that a new account has, until AWS raises it (Lambda, "Quotas"). */
const usualConcurrency = 1000

/**
 * Remarks on Regions where few functions can run at the same time. Viewers' requests run in the Region of Lambda@Edge that is nearest
 * to them, so all of these count.
 */
async function checkConcurrency({ aws }: PreflightInput): Promise<readonly Concern[]> {
  const found = await Promise.all(
    lambdaEdgeRegions.map(async region => ({
      region,
      // AWS may refuse to say it, as by a policy of an organization.
      calls: await aws.prerequisites.concurrency(region).catch(() => undefined),
    })),
  )
  const low = found.filter(({ calls }) => calls !== undefined && calls < usualConcurrency)
  const unknown = found.filter(({ calls }) => calls === undefined).map(({ region }) => region)
  const list = low.map(({ region, calls }) => `${region} ${calls}`).join(', ')
  const few = remark(
    `Lambda runs few functions at the same time, of all deployments together: ${list}`,
    'ask for 1000 where your viewers are: aws service-quotas request-service-quota-increase --service-code lambda ' +
      '--quota-code L-B99A9384 --desired-value 1000 --region REGION',
  )
  const unsaid = remark(
    `AWS does not say how many functions may run at the same time in ${unknown.join(', ')}`,
    'viewers near them may be refused while others are served: allow lambda:GetAccountSettings to see',
  )
  return [...(low.length > 0 ? [few] : []), ...(unknown.length > 0 ? [unsaid] : [])]
}

async function checkDomain({ settings, aws }: PreflightInput): Promise<readonly Concern[]> {
  const { domainName, sendPage, certificateArn, hostedZoneId, hostedZoneName } = settings
  const hosts = [domainName, sendPage?.domainName].filter(host => host !== undefined)
  if (hosts.length === 0) return []
  const [certificate, zone] = await Promise.all([
    certificateArn === undefined ? undefined : aws.prerequisites.certificate(certificateArn),
    hostedZoneId === undefined ? undefined : aws.prerequisites.zone(hostedZoneId),
  ])
  const concerns: Concern[] = []
  if (certificateArn !== undefined && certificate === undefined) {
    concerns.push(problem(`certificateArn: there is no certificate ${certificateArn}`, 'name one of this account'))
  }
  if (certificate !== undefined && certificate.status !== 'ISSUED') {
    concerns.push(problem(`the certificate is ${certificate.status}`, 'validate it in ACM, or name another one'))
  }
  for (const host of hosts) {
    if (certificate === undefined || certificate.hosts.some(each => covers(each, host))) continue
    concerns.push(
      problem(`the certificate is for ${certificate.hosts.join(', ')}, not for ${host}`, 'name another one'),
    )
  }
  if (hostedZoneId !== undefined && (zone === undefined || zone.isPrivate || zone.domain !== hostedZoneName)) {
    const is = zone === undefined ? 'missing' : `${zone.isPrivate ? 'private' : 'public'}, for ${zone.domain}`
    concerns.push(problem(`hostedZoneId: ${hostedZoneId} is ${is}`, `name the public zone of ${hostedZoneName}`))
  }
  return concerns
}

/** Whether a name of a certificate is for the host; `*` matches one label (RFC 6125, 6.4.3). */
export function covers(name: string, host: string): boolean {
  if (!name.startsWith('*.')) return name === host
  return host.split('.').slice(1).join('.') === name.slice(2)
}

/** Only a first distribution shows whether AWS has verified the account. */
async function checkCloudFront({ aws, deployed }: PreflightInput): Promise<readonly Concern[]> {
  if (deployed.stacks.some(({ region }) => region === edgeStackRegion)) return []
  if (await aws.prerequisites.hasDistribution()) return []
  return [
    remark(
      'the account has no distribution yet, so AWS may have to verify it first',
      'if the deployment fails with "must be verified": ask AWS Support, then run this again',
    ),
  ]
}
