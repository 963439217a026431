import type { Deployment } from '../shared/deployment.ts'
import type { Region } from '../shared/regions.ts'

/**
 * Returns the filter patterns of the event source mapping in `region`; a record must match one of them. They match records
 * that remove a link, or change one that is used or revoked by then, or, if events are published, one with a passphrase; in mode `home` only of links whose home is `region`. So
 * Lambda calls the function neither for issued links nor for counted requests for live ones.
 *
 * The patterns don't leave out removals of links that had already ended: that needs a test that an attribute is absent, which
 * AWS doesn't document for streams, and a misread pattern would lose events. The function checks this itself.
 */
export function streamFilters(mode: Deployment['mode'], region: Region, isPublished: boolean): readonly object[] {
  const homeRegion = { S: [mode === 'home' ? region : { exists: true }] }
  return [
    { eventName: ['REMOVE'], dynamodb: { OldImage: { homeRegion } } },
    { eventName: ['MODIFY'], dynamodb: { NewImage: { homeRegion, state: { S: ['used', 'revoked'] } } } },
    ...(isPublished
      ? [{ eventName: ['MODIFY'], dynamodb: { NewImage: { homeRegion, tries: { N: [{ exists: true }] } } } }]
      : []),
  ]
}
