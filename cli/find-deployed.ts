import { optionsWith } from '../console/protocol.ts'
import { apiStage, physicalNames } from '../infra/placement/physical-names.ts'
import { apiRegionsOf, type Settings } from '../infra/settings/settings.ts'
import { type Region, regions } from '../shared/regions.ts'
import { UnreachableError } from './command.ts'
import { type ApiFinder, parseOrigin, regionIn } from './links/link-api.ts'
import { oneOf } from './options.ts'
import { ownAccount } from './own-account.ts'
import type { ClonePorts } from './ports/ports.ts'
import { contextUsage, settingsWith, withEnvironment } from './settings.ts'

/** Finds the API of the deployment of infra/deployment.ts, by its name. */
export const findDeployed: ApiFinder<ClonePorts> = {
  hasSettings: true,
  usage: `  --api URL      use this API, https://ID.execute-api.REGION.amazonaws.com/${apiStage}, without searching for it
  --region NAME  use the API of this Region (default: the first that has one)
${contextUsage}`,
  async find({ api, region, context, environment = [] }, ports) {
    const pairs = withEnvironment(environment, context)
    const settings = settingsWith(pairs)
    const { name, homeRegions } = settings
    const [home] = homeRegions
    const chosen = region === undefined ? undefined : oneOf(region, '--region', regions)
    const given = api === undefined ? undefined : parseOrigin(api)
    const apiRegion = chosen ?? regionIn(given) ?? apiRegionsOf(settings)[0] ?? home
    if (given === undefined && settings.account !== undefined) await ownAccount(settings, ports.aws)
    const origin = given ?? (await findApi(settings, apiRegion, ports))
    return {
      origin,
      region: apiRegion,
      place: `${name}, ${apiRegion}`,
      homeRegions,
      withSetting: optionsWith(settings),
    }
  },
}

async function findApi({ name: own }: Settings, region: Region, { aws, apis }: ClonePorts): Promise<string> {
  const name = apis.hasToken ? physicalNames(own, '').tokenApi : own
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
