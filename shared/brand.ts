import * as v from 'valibot'
import { parsedText } from './fields.ts'

/** The languages in which pages speak to people, as tags of BCP 47. The first is for everybody who reads none of them. */
export const languages = ['en', 'de', 'es', 'fr', 'ja'] as const

/** One of `languages`. */
export type Language = (typeof languages)[number]

/** Whose pages these are, as the deployment says it; nothing of it comes from a request. Plain text, not HTML. */
export type Brand = v.InferOutput<typeof brandField>

/** Longest name and text, in characters: what still looks well on a telephone. */
const most = { name: 60, text: 300 } as const

const aText = `text of 1 to ${most.text} characters on one line`
const textField = parsedText(text => plainText(text, most.text), aText)
const byLanguage = `an object from ${languages.join(', ')} to ${aText}, with en for all others`

const textsField = v.strictObject(
  {
    en: textField,
    de: v.optional(textField),
    es: v.optional(textField),
    fr: v.optional(textField),
    ja: v.optional(textField),
  } satisfies Record<Language, unknown>,
  byLanguage,
)

/** A brand in a configuration. */
export const brandField = v.strictObject(
  {
    /** Above every page, and after its title. */
    name: parsedText(text => plainText(text, most.name), `a name of 1 to ${most.name} characters on one line`),
    /** Of the button and the edge of the page. Text on it is black or white, whichever can be read better. */
    colour: parsedText(text => (/^#[0-9a-f]{6}$/i.test(text) ? text : undefined), 'a colour such as #0a5f8c'),
    /** Below every page, such as who to ask: the same for all, or by language. */
    text: v.optional(v.union([textField, textsField], `${aText}, or ${byLanguage}`)),
  },
  'an object with name and colour, perhaps text, and nothing else',
)

/** Text without line breaks and other control characters, and not only of white space. */
function plainText(text: string, longest: number): string | undefined {
  return text.trim() !== '' && new RegExp(`^\\P{Cc}{1,${longest}}$`, 'u').test(text) ? text : undefined
}
