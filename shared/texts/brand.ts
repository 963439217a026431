import * as v from 'valibot'
import { parsedText, text } from '../fields.ts'

/** Languages of the pages, as BCP 47 tags. A viewer who reads none of them gets the first. */
export const languages = ['en', 'de', 'es', 'fr', 'ja', 'pt', 'it', 'ar'] as const

/** One of `languages`. */
export type Language = (typeof languages)[number]

/** One text for all viewers, or one for each language: `en` for all that have none. */
type BrandText = string | ({ readonly en: string } & { readonly [language in Language]?: string | undefined })

/**
 * Name, colour, text and logo that a deployment shows on its pages. Nothing of it comes from a request. Plain text, not HTML.
 */
export interface Brand {
  /** Shown above every page, and after its title: 1 to 60 characters. */
  readonly name: string
  /** Colour of the button and of the page's edge, such as `#0a5f8c`. Text on it is black or white, whichever contrasts more. */
  readonly colour: string
  /** Shown below every page, such as whom to ask for help: 1 to 300 characters. */
  readonly text?: BrandText | undefined
  /**
   * Shown in place of the name above every page but CloudFront's own errors: a PNG of at most 8,192 bytes, in base64. Not SVG, which can hold
   * scripts and addresses: a check of it would be a parser, where that of a PNG is its first bytes.
   */
  readonly logo?: string | undefined
}

/** Longest name and text that still look well on a phone, in characters. */
const maxCharacters = { name: 60, text: 300 } as const

/** Largest logo, in bytes: with it, all usual pages are under 40 KB, the most that Lambda@Edge returns (see edge/pages/document.ts). */
const maxLogoBytes = 8192

/** PNG specification, 5.2. */
const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

const textRule = `text of 1 to ${maxCharacters.text} characters on one line`
const textField = parsedText(text => plainText(text, maxCharacters.text), textRule)
const byLanguageRule = `an object from ${languages.join(', ')} to ${textRule}, with en for all others`

const optionalTexts = languages.map(language => [language, v.optional(textField)] as const)
const textsField = v.strictObject(
  { ...(Object.fromEntries(optionalTexts) as Record<Language, (typeof optionalTexts)[number][1]>), en: textField },
  byLanguageRule,
)

/** Schema of a brand in a deployment's configuration. */
export const brandField = v.strictObject(
  {
    name: parsedText(
      text => plainText(text, maxCharacters.name),
      `a name of 1 to ${maxCharacters.name} characters on one line`,
    ),
    colour: text(/^#[0-9a-f]{6}$/i, 'a colour such as #0a5f8c'),
    text: v.optional(v.union([textField, textsField], `${textRule}, or ${byLanguageRule}`)),
    logo: v.optional(parsedText(smallPng, `a PNG of at most ${maxLogoBytes} bytes, in base64`)),
  },
  'an object with name and colour, perhaps text and logo, and nothing else',
)

/** Returns `text` if it is a PNG in base64, with padding and without line breaks, that is small enough. */
function smallPng(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64')
  const isPng = bytes.subarray(0, pngSignature.length).equals(pngSignature) && bytes.toString('base64') === text
  return isPng && bytes.length <= maxLogoBytes ? text : undefined
}

/** Returns `text` unless it is blank, too long, or holds a line break or another control character. */
function plainText(text: string, maxLength: number): string | undefined {
  return text.trim() !== '' && new RegExp(`^\\P{Cc}{1,${maxLength}}$`, 'u').test(text) ? text : undefined
}
