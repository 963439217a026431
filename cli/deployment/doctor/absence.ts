import { apiPurpose } from '../../../infra/physical-names.ts'
import { apiRegionsOf, secretRegionsOf } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { ByRegion, Expected, Facts } from './facts.ts'

type Absence<K extends keyof Facts> = (value: Facts[K], expected: Expected) => readonly string[]

/** What to say of each fact that can be absent. The others are lists, of which a check decides what is missing. */
const absences: { readonly [K in keyof Facts]?: Absence<K> } = {
  links: (found, { settings, names }) => missingIn(found, settings.homeRegions, names.linksTable),
  apiState: (found, { settings, names }) => missingIn(found, apiRegionsOf(settings), names.apiStateTable),
  secrets: (found, { settings, names }) => missingIn(found, secretRegionsOf(settings), names.secret),
  dataKeys: found => (found.length > 0 ? [] : ['there is nothing to encrypt']),
  keyGroup: (found, { settings }) => missing(found, `key group ${settings.name}`),
  distribution: found => missing(found, 'distribution'),
  answers: found => missing(found, 'distribution'),
  linksFunctions: (found, { settings, names }) =>
    missingIn(found, apiRegionsOf(settings), names.apiFunction(apiPurpose('links', settings.network))),
}

/** Says which of the things that a fact describes don't exist; returns nothing if all do. */
export function absencesOf<K extends keyof Facts>(
  name: K,
  facts: Pick<Facts, K>,
  expected: Expected,
): readonly string[] {
  const absence: Absence<K> | undefined = absences[name]
  return absence?.(facts[name], expected) ?? []
}

function missing(value: unknown, what: string): readonly string[] {
  return value === undefined ? [`there is no ${what}`] : []
}

function missingIn(found: ByRegion<unknown>, regions: readonly Region[], what: string): readonly string[] {
  return regions.filter(region => found[region] === undefined).map(region => `${what} is not in ${region}`)
}
