import type { Language } from '../../../shared/texts/brand.ts'
import { arabic } from './ar.ts'
import { english } from './en.ts'
import { french } from './fr.ts'
import { german } from './de.ts'
import { italian } from './it.ts'
import { japanese } from './ja.ts'
import { portuguese } from './pt.ts'
import { spanish } from './es.ts'
import type { Texts } from './texts.ts'

/** The texts of each language, a row each. */
export const texts: Readonly<Record<Language, Texts>> = {
  en: english,
  de: german,
  es: spanish,
  fr: french,
  ja: japanese,
  pt: portuguese,
  it: italian,
  ar: arabic,
}
