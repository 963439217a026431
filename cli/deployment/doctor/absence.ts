import { readerRegionsOf } from '../../../construct/placement.ts'
import { apiPurpose } from '../../../construct/physical-names.ts'
import { apiRegionsOf, edgeStackRegion, secretRegionsOf } from '../../../construct/settings.ts'
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
  edgeFunction: found => missing(found, 'edge function that links call'),
  webAcl: found => missing(found, 'web ACL'),
  watch: (found, { names }) => missing(found, `function ${names.watchFunction} in ${edgeStackRegion}`),
  apis: (found, { settings }) => missingIn(nonEmpty(found), apiRegionsOf(settings), `the api ${settings.name}`),
  exchangeRoles: (found, { settings }) => missingIn(found, apiRegionsOf(settings), 'the role of /exchange'),
  linksFunctions: (found, { settings, names }) =>
    missingIn(found, apiRegionsOf(settings), names.apiFunction(apiPurpose('links', settings.network))),
  content: (found, { settings, names }) => missing(found, `bucket ${names.contentBucket(settings.homeRegions[0])}`),
  streamReaders: (found, { settings }) => missingIn(nonEmpty(found), readerRegionsOf(settings), "the stream's reader"),
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

function nonEmpty(found: ByRegion<readonly unknown[]>): ByRegion<unknown> {
  const full = Object.entries(found).filter(([, list]) => (list?.length ?? 0) > 0)
  return Object.fromEntries(full)
}
