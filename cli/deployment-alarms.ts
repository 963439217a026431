import { edgeStackRegion, issuingRegionsOf, type Settings, secretRegionsOf } from '../infra/settings.ts'
import type { Region } from '../shared/regions.ts'

/** The names of all alarms that a deployment may have in a Region, whatever its settings. */
export function possibleAlarms(name: string): readonly string[] {
  return [...atEdges, ...atDistribution, ...atApi].map(alarm => `${name}-${alarm}`)
}

/** The names of the alarms that a deployment has in a Region. */
export function expectedAlarms(settings: Settings, region: Region): readonly string[] {
  const kinds = [
    ...(secretRegionsOf(settings).includes(region) ? atEdges : []),
    ...(region === edgeStackRegion ? atDistribution : []),
    ...(issuingRegionsOf(settings).includes(region) ? atApi : []),
  ]
  return kinds.map(alarm => `${settings.name}-${alarm}`)
}

const atEdges = ['outcome-unknown', 'used-links-refused', 'edge-throttled'] as const
const atDistribution = ['distribution-5xx', 'signing-key-old', 'keys-failing'] as const
const atApi = ['api-5xx'] as const
