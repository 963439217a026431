import * as v from 'valibot'
import { parsedText } from '../fields.ts'
import { isRegion, type Region, regions } from '../regions.ts'

/** The functions that need a setting: the edge and all others, all others, or none. */
export type Need = 'edge' | 'api' | 'infra'

/** One setting: a schema, whose messages say what is allowed and which has the default, and who needs it. */
export interface Row<T = unknown> {
  readonly for: Need
  /** Whether it can't be changed freely: then the output `Deployment` has it, for the next deployment to compare. @default false */
  readonly fixed?: true
  readonly schema: v.GenericSchema<unknown, T>
}

/** A row for each prop, whose schema gives nothing that the prop does not allow. */
export type Rows<P> = { readonly [K in keyof P]-?: Row<P[K] | undefined> }

/** The names of the rows among `R` that are for `N`. */
export type NamesFor<R, N extends Need> = {
  [K in keyof R]: R[K] extends { readonly for: N } ? K : never
}[keyof R]

/**
 * Returns the schemas of the rows that are for these, in the order of their names: templates have settings as JSON, so a row can move to
 * another file without a change of a deployment.
 */
export function schemasOf<R extends Readonly<Record<string, Row>>, const N extends Need>(rows: R, needs: readonly N[]) {
  const needed = Object.entries(rows).filter(([, row]) => (needs as readonly Need[]).includes(row.for))
  needed.sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(needed.map(([name, { schema }]) => [name, schema])) as {
    readonly [K in NamesFor<R, N>]: R[K]['schema']
  }
}

/** Returns a schema of what is on or off. */
export function flag(byDefault: boolean) {
  return v.optional(v.boolean('true or false'), byDefault)
}

/** Returns a schema of these words. */
export function oneOf<const W extends string>(words: readonly W[]) {
  const quoted = words.map(word => JSON.stringify(word))
  return v.picklist(words, `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`)
}

/** Returns a schema of these words, of which the first is the default. */
export function choice<const W extends string>(...words: readonly [W, ...W[]]) {
  return v.optional(oneOf(words), words[0])
}

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
