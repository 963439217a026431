import type { Language } from '../../shared/brand.ts'
import { messages } from './locales/locales.ts'

/** As many entries as a browser ever sends, and many more; the rest is not read. */
const mostEntries = 50

/** A language range and its weight (RFC 9110, 12.5.4); subtags behind the language are read over. */
const entryPattern = /^\s*([a-z]{1,8}|\*)(?:-[a-z0-9]{1,8})*\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i

const languages = Object.keys(messages) as readonly Language[]

/**
 * The language that a viewer likes best of those that pages speak, by its Accept-Language; English when it names none of
 * them. Never throws; an entry that makes no sense is read over.
 */
export function negotiateLanguage(acceptLanguage: string): Language {
  // What is liked most is named first, as a rule: then there is nothing more to read.
  const [, first = '', weight = '1'] = entryPattern.exec(acceptLanguage.split(',', 1)[0] ?? '') ?? []
  const favourite = first.toLowerCase()
  if (Number(weight) >= 1 && isSpoken(favourite)) return favourite

  const weights = weightsOf(acceptLanguage)
  const anyOther = weights.get('*') ?? 0
  let best: Language = 'en'
  let heaviest = 0
  // Those that are named come first, in their order: of two that are liked equally that is the better guess.
  for (const language of [...weights.keys(), ...languages]) {
    const weight = weights.get(language) ?? anyOther
    if (weight > heaviest && isSpoken(language)) [best, heaviest] = [language, weight]
  }
  return best
}

/** The greatest weight of each language, in the order in which they are named; `de-AT` counts as `de`. */
function weightsOf(acceptLanguage: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const entry of acceptLanguage.split(',', mostEntries)) {
    const [, name = '', weight = '1'] = entryPattern.exec(entry) ?? []
    const language = name.toLowerCase()
    weights.set(language, Math.max(weights.get(language) ?? 0, Math.min(Number(weight), 1)))
  }
  return weights
}

function isSpoken(language: string): language is Language {
  return (languages as readonly string[]).includes(language)
}
