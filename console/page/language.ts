import type { Counted, SendersTexts } from '../../edge/pages/texts/senders-texts.ts'

/** Name under which this browser keeps the language that a person chose. */
const chosenName = 'language'

/** Returns the languages of the page, as BCP 47 tags, each with the address of its texts: the page's HTML has them. */
function places(): ReadonlyMap<string, string> {
  const links = document.querySelectorAll<HTMLLinkElement>('link[hreflang]')
  return new Map(Array.from(links, ({ hreflang, href }) => [hreflang, href]))
}

/** Returns the languages of the page, as BCP 47 tags. */
export function languages(): readonly string[] {
  return [...places().keys()]
}

let current: SendersTexts

/** Returns the texts of the page in the language of the moment. */
export function texts(): SendersTexts {
  return current
}

/** Returns the language that a person chose here, else the first of the browser's that the page has, else English. */
function preferredLanguage(): string {
  const wanted = [localStorage.getItem(chosenName) ?? '', ...navigator.languages].map(tag => tag.split('-', 1)[0] ?? '')
  return wanted.find(tag => places().has(tag)) ?? 'en'
}

/** Loads the texts of a language, by default of the preferred one, and gives them to the page. Rejects if they don't come. */
export async function loadLanguage(language = preferredLanguage()): Promise<void> {
  const response = await fetch(places().get(language) ?? '')
  current = (await response.json()) as SendersTexts
  Object.assign(document.documentElement, { lang: language, dir: current.rightToLeft ? 'rtl' : 'ltr' })
  document.title = current.title
}

/** The same for a language that a person chose, which this browser keeps. Without its texts, nothing changes. Never rejects. */
export async function chooseLanguage(language: string): Promise<void> {
  await loadLanguage(language).then(
    () => localStorage.setItem(chosenName, language),
    () => undefined,
  )
}

/** What stands for placeholders, by their names. Numbers are written as the language writes them. */
export type Values = Readonly<Record<string, string | number>>

/** Returns a text with its values, in the form for `count` if it has forms. */
export function say(text: string | Counted, values: Values = {}): string {
  return formOf(text, values).replace(/\{(\w+)\}/g, (_, name: string) => shown(values[name]))
}

function formOf(text: string | Counted, { count }: Values): string {
  if (typeof text === 'string') return text
  return text[new Intl.PluralRules(current.locale).select(Number(count))] ?? text.other
}

/** Returns a value as the language writes it. */
export function shown(value: string | number = ''): string {
  return typeof value === 'number' ? value.toLocaleString(current.locale) : value
}
