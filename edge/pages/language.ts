import type { Language } from '../../shared/texts/brand.ts'
import { texts } from './texts/languages.ts'

/** Far more entries than browsers send; further ones are ignored. */
const maxEntries = 50

const languages = Object.keys(texts) as readonly Language[]

/** A language range and its weight (RFC 9110, 12.5.4); subtags after the language are ignored. */
const entryPattern = /^\s*([a-z]{1,8}|\*)(?:-[a-z0-9]{1,8})*\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i

/**
 * Returns the language of pages that a viewer prefers, by its Accept-Language; English if it names none.
 * Ignores malformed entries. Never throws.
 */
export function negotiateLanguage(acceptLanguage: string): Language {
  // Most viewers name the language they prefer first; then the rest needs no parsing.
  const [, first = '', weight = '1'] = entryPattern.exec(acceptLanguage.split(',', 1)[0] ?? '') ?? []
  const preferred = first.toLowerCase()
  if (Number(weight) >= 1 && isSupported(preferred)) return preferred

  const weights = weightsOf(acceptLanguage)
  const anyOther = weights.get('*') ?? 0
  let best: Language = 'en'
  let heaviest = 0
  // Named languages first, in their order: of two with equal weight, the first is the better guess.
  for (const language of [...weights.keys(), ...languages]) {
    const weight = weights.get(language) ?? anyOther
    if (weight > heaviest && isSupported(language)) [best, heaviest] = [language, weight]
  }
  return best
}

/** Returns the greatest weight of each language, in the order of the header; `de-AT` counts as `de`. */
function weightsOf(acceptLanguage: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const entry of acceptLanguage.split(',', maxEntries)) {
    const [, name = '', weight = '1'] = entryPattern.exec(entry) ?? []
    const language = name.toLowerCase()
    weights.set(language, Math.max(weights.get(language) ?? 0, Math.min(Number(weight), 1)))
  }
  return weights
}

function isSupported(language: string): language is Language {
  return (languages as readonly string[]).includes(language)
}
