import * as v from 'valibot'
import { parsedText } from './fields.ts'
import { isRegion, type Region, regions } from './regions.ts'

/** Schema of a Region's name that this version knows. */
export const regionField = parsedText<Region>(
  text => (isRegion(text) ? text : undefined),
  `one of ${regions.join(', ')}`,
)

/** Schema of a list of Regions: at least one, and each once. */
export const regionsField = v.pipe(
  v.array(regionField, 'a list of Regions'),
  v.minLength(1, 'at least one Region'),
  v.check(list => new Set(list).size === list.length, 'each Region once'),
  // `minLength` has checked that the list is not empty; the types don't know that.
  v.transform(([first, ...others]): readonly [Region, ...Region[]] => [first as Region, ...others]),
)

/** Schema of a map from one Region to another. */
export const nearestReplicaField = v.pipe(
  v.record(v.picklist(regions, `as names ${regions.join(', ')}`), regionField, 'an object from Region to Region'),
  v.transform((map): Readonly<Partial<Record<Region, Region>>> => map),
)
