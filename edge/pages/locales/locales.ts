import type { Language } from '../../../shared/brand.ts'
import { english } from './english.ts'
import { french } from './french.ts'
import { german } from './german.ts'
import { japanese } from './japanese.ts'
import type { Translation, Messages } from './messages.ts'
import { spanish } from './spanish.ts'

/** The texts in each language. English refusals are those of shared/refusal.ts. */
export const messages: Readonly<{ en: Messages } & Record<Exclude<Language, 'en'>, Translation>> = {
  en: english,
  de: german,
  es: spanish,
  fr: french,
  ja: japanese,
}
