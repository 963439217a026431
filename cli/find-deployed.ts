import { apiStage, physicalNames } from '../infra/placement/physical-names.ts'
import { apiRegionsOf, type Settings } from '../infra/settings/settings.ts'
import { type Region, regions } from '../shared/regions.ts'
import { UnreachableError } from './command.ts'
import { type ApiFinder, ownBucket, parseOrigin, regionIn } from './links/link-api.ts'
import { oneOf } from './options.ts'
import { ownAccount } from './own-account.ts'
import type { ClonePorts } from './ports/ports.ts'
import { contextUsage, settingsWith, withEnvironment } from './settings.ts'

/** Finds the API of the deployment of infra/deployment.ts, by its name. */
export const findDeployed: ApiFinder<ClonePorts> = {
  hasSettings: true,
  usage: `  --api URL      use this API, https://ID.execute-api.REGION.amazonaws.com/${apiStage}, without searching for it; -c name=NAME says
                 whose bucket gets files
  --region NAME  use the API of this Region (default: the first that has one)
${contextUsage}`,
  async find({ api, region, bucket: named, context, environment = [] }, ports) {
    const pairs = withEnvironment(environment, context)
    const settings = settingsWith(pairs)
    const { name, homeRegions, mode } = settings
    const [home] = homeRegions
    const chosen = region === undefined ? undefined : oneOf(region, '--region', regions)
    const given = api === undefined ? undefined : parseOrigin(api)
    const apiRegion = chosen ?? regionIn(given) ?? apiRegionsOf(settings)[0] ?? home
    if (given === undefined && settings.account !== undefined) await ownAccount(settings, ports.aws)
    const origin = given ?? (await findApi(settings, apiRegion, ports))
    const content = async () => {
      const owner = await ownAccount(settings, ports.aws)
      return { name: physicalNames(name, owner).contentBucket(home), region: home, owner }
    }
    // An API does not name its bucket. Without this check, a file could go to the bucket of another deployment.
    const isNamed = given === undefined || pairs.some(pair => /^(name|environment)=/.test(pair))
    const bucket = named === undefined ? (isNamed ? content : undefined) : ownBucket(named, apiRegion, ports)
    return { origin, region: apiRegion, bucket, place: `${name} in ${apiRegion}`, homeRegions, mode }
  },
}

async function findApi({ name }: Settings, region: Region, { aws }: ClonePorts): Promise<string> {
  const found = (await aws.restApis.named(name, region)).filter(each => each.isDeployed)
  const [api, ...others] = found
  if (api === undefined) {
    throw new UnreachableError(
      `no API named ${name} in ${region}: deploy one with npm run deploy, or choose another with --region or --api`,
    )
  }
  if (others.length > 0) {
    const ids = found.map(({ id }) => id).join(', ')
    throw new UnreachableError(
      `${found.length} APIs named ${name} in ${region}: choose one with --api; their ids are ${ids}`,
    )
  }
  return `https://${api.id}.execute-api.${region}.amazonaws.com/${apiStage}`
}
