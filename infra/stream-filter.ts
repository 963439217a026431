import type { Deployment } from '../shared/deployment.ts'
import type { Region } from '../shared/regions.ts'

/**
 * Which records of the stream in `region` Lambda hands to the function that tells of events, as patterns of an event source
 * mapping, any of which is enough: those that remove a link, and those that make one used or revoked, which, in mode `home`,
 * has its home there. So neither issuing calls a function, nor does a request that is merely counted.
 *
 * They could also leave out the removals of links that had ended; but whether an attribute can be asked not to be there is
 * not documented for streams, and a pattern that is read otherwise would lose events. The function looks itself.
 */
export function streamFilters(mode: Deployment['mode'], region: Region): readonly object[] {
  const homeRegion = { S: [mode === 'home' ? region : { exists: true }] }
  return [
    { eventName: ['REMOVE'], dynamodb: { OldImage: { homeRegion } } },
    { eventName: ['MODIFY'], dynamodb: { NewImage: { homeRegion, state: { S: ['used', 'revoked'] } } } },
  ]
}
