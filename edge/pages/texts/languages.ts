import type { Language } from '../../../shared/texts/brand.ts'
import { arabic } from './arabic.ts'
import { english } from './english.ts'
import { french } from './french.ts'
import { german } from './german.ts'
import { italian } from './italian.ts'
import { japanese } from './japanese.ts'
import { portuguese } from './portuguese.ts'
import { spanish } from './spanish.ts'
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
