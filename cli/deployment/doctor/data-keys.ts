import { apiRegionsOf, secretRegionsOf } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Aws } from '../../ports/ports.ts'
import type { DataKey, Expected } from './facts.ts'

/** Describes the keys that encrypt the tables, the copies of the secret and the files of a deployment. */
export async function dataKeysOf(aws: Aws, { settings, names, used }: Expected): Promise<readonly DataKey[]> {
  const [home] = settings.homeRegions
  const table = (name: string) => (region: Region) => keyOf(`table ${name}`, region, aws.tables.describe(name, region))
  const keyOf = async (of: string, region: Region, thing: Promise<{ kmsKey: string | undefined } | undefined>) => {
    const id = (await thing)?.kmsKey
    const key = id === undefined ? undefined : await aws.kms.describe(id, region)
    return { of: `${of} in ${region}`, region, key: key && id !== undefined ? { ...key, id } : undefined }
  }
  return Promise.all([
    ...settings.homeRegions.map(table(names.linksTable)),
    ...apiRegionsOf(settings).map(table(names.apiStateTable)),
    ...(settings.deliveryProof ? [home] : []).map(table(names.deliveriesTable)),
    ...secretRegionsOf(settings).map(region =>
      keyOf(`secret ${names.secret}`, region, aws.secrets.describe(names.secret, region)),
    ),
    ...(used?.content === undefined
      ? [keyOf('bucket of files', home, aws.buckets.describe(names.contentBucket(home), home))]
      : []),
  ])
}
