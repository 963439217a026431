import type { Deployment } from '../shared/deployment.ts'
import type { Region } from '../shared/regions.ts'

/**
 * Which records of the stream in `region` Lambda hands to the function that tells of events, as a pattern of an event source
 * mapping: those that change or remove a link which, in mode `home`, has its home there. So issuing calls no function.
 *
 * It could also leave out the removals of links that had ended; but whether an attribute can be asked not to be there is
 * not documented for streams, and a pattern that is read otherwise would lose events. The function looks itself.
 */
export function streamFilter(mode: Deployment['mode'], region: Region): object {
  const home = mode === 'home' ? region : { exists: true }
  return { dynamodb: { OldImage: { homeRegion: { S: [home] } } } }
}
