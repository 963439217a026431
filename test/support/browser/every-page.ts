import type { Page } from '../../../edge/pages/document.ts'
import type { DisplayedFile } from '../../../edge/pages/file.ts'
import { createPages } from '../../../edge/pages/pages.ts'
import { createErrorPages } from '../../../edge/error-pages/error-pages.ts'
import type { Brand } from '../../../shared/texts/brand.ts'
import { type Reason, refusalFor } from '../../../shared/refusal.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { manualClock } from '../machine/clock.ts'

/** A disc and stripes, 240 by 64 pixels, transparent around them. */
const logo =
  'iVBORw0KGgoAAAANSUhEUgAAAPAAAABAAQMAAAAeUWikAAAABlBMVEX///8Lbm4I4zbpAAAAAXRSTlMAQObYZgAAAJNJREFUeNrt1bENgCAQBVAIBSUjOIqj6WiMwgiUFsavSGnyv9EQjZHQvYK7hPtnzKvPAKYOSIQDMBHugYU+DfK43RSRVcZq84UzK5yV3hWeWV+sM8GlbdL4rhivsa0cTcgGh6vYVU5N2FfOP3+Em/6Wsx+5xRCpCb03/iJbRDKJXBOpKDJVJLLKc7ENxC4Rm+ixswJMIGH4O4dPwAAAAABJRU5ErkJggg=='

/** A brand such as deployments have. */
export const brand: Brand = {
  name: 'Klinikum am Park',
  colour: '#0b6e6e',
  logo,
  text: {
    en: 'Questions? Call the records office, +49\u00a030\u00a05550\u00a00123.',
    de: 'Fragen? Rufen Sie uns an: +49\u00a030\u00a05550\u00a00123.',
    ja: 'ご質問は記録室まで：+49\u00a030\u00a05550\u00a00123',
  },
}

/** A brand that tests a page: a name without a place to break it, and a colour that is no different from the sheet's. */
export const longestBrand: Brand = {
  name: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenfabriken',
  colour: '#ffffff',
}

/** Returns all pages of a deployment, at noon. */
export function pagesOf(of: Brand | undefined) {
  return { ...createPages(of, manualClock()), error: createErrorPages(of) }
}

const form = `mibq1x2y.${'x'.repeat(22)}`
const expiresAt = 1_795_618_800 as EpochSeconds
const file: DisplayedFile = { key: 'report.pdf', size: 4_200_000, contentType: 'application/pdf' }
const ask = { form, expiresAt, again: false, media: false, file }
/** As long as a key may be, without a place to break the line, with a bidirectional control. */
const longestName = `${'x'.repeat(1017)}\u202egpj`
const longest: DisplayedFile = {
  ...file,
  key: longestName,
  size: 999_949_999,
  sender: 'W'.repeat(60),
  message: `${'x'.repeat(249)}\n${'M'.repeat(250)}`,
}
const words = {
  sender: 'Dr. Anna Weber, Radiologie',
  message:
    'Dear Mr. Sato,\n\nhere is the report of your examination of 20 November. Please call me if you have questions.',
}
const japanese = {
  key: '検査結果のご報告.pdf',
  sender: '放射線科 佐藤',
  message: '田中様\n\n11月20日の検査結果をお送りします。ご不明な点がございましたら、お電話ください。',
}
const film: DisplayedFile = { key: 'Visit to the ward/index.m3u8', media: 'folder' }
const wish: DisplayedFile = { key: 'in/received', maxBytes: 25_000_000, types: 'application/pdf,image/*,text/*' }
const delivery = { location: '/nothing.mp4', expiresAt, file }
const shortly = (expiresAt - 97_200 + 30) as EpochSeconds // manualClock is at noon of the day before, 27 hours earlier
const refused = (reason: Reason) => ({ reason, refusal: refusalFor(reason) })

/** One page of each kind, by name, for a language. */
export const everyPage: Readonly<
  Record<string, (language: string, of: ReturnType<typeof pagesOf>) => Omit<Page, 'language'>>
> = {
  confirmation: (language, of) => of.confirmation(ask, language),
  'confirmation-words': (language, of) =>
    of.confirmation(
      { ...ask, file: { ...file, ...(language === 'ja' ? { ...words, ...japanese } : words) } },
      language,
    ),
  'confirmation-again': (language, of) => of.confirmation({ ...ask, again: true }, language),
  'confirmation-media': (language, of) =>
    of.confirmation({ ...ask, media: true, file: { ...film, ...words }, userAgent: 'Firefox/146.0' }, language),
  'confirmation-upload': (language, of) =>
    of.confirmation({ ...ask, upload: true, file: { ...wish, ...words } }, language),
  'confirmation-app': (language, of) => of.confirmation({ ...ask, userAgent: 'Instagram 361.0' }, language),
  passphrase: (language, of) => of.confirmation({ ...ask, passphrase: true }, language),
  'passphrase-wrong': (language, of) =>
    of.refusal(
      { ...refused('wrong-passphrase'), question: { form, expiresAt, again: true, isTry: true, triesLeft: 3 } },
      language,
    ),
  spent: (language, of) => of.refusal(refused('spent'), language),
  over: (language, of) => of.refusal({ ...refused('expired'), ask: form }, language),
  asked: (language, of) => of.refusal({ ...refused('unconfirmed'), kind: 'asked' }, language),
  unasked: (language, of) => of.refusal({ ...refused('unconfirmed'), kind: 'unasked', ask: form }, language),
  early: (language, of) => of.refusal({ ...refused('not-yet-valid'), notBefore: expiresAt }, language),
  unavailable: (language, of) => of.refusal(refused('unavailable'), language),
  'confirmation-long': (language, of) => of.confirmation({ ...ask, file: longest }, language),
  'confirmation-hebrew': (language, of) =>
    of.confirmation(
      { ...ask, file: { key: 'דוח 2026.pdf', size: 4_200_000, sender: 'דר כהן', message: 'שלום,\nהדוח.' } },
      language,
    ),
  'confirmation-unnamed': (language, of) => of.confirmation({ ...ask, file: undefined }, language),
  download: (language, of) =>
    of.download(
      { ...delivery, expiresAt: shortly, file: language === 'ja' ? { ...file, key: japanese.key } : file },
      language,
    ),
  'download-long': (language, of) => of.download({ ...delivery, file: longest }, language),
  player: (language, of) => of.player({ ...delivery, file: { ...film } }, language),
  'player-object': (language, of) =>
    of.player({ ...delivery, file: { ...file, key: 'film.mp4', contentType: 'video/mp4', media: 'object' } }, language),
  'player-long': (language, of) => of.player({ ...delivery, file: longest }, language),
  // In all languages at once.
  'error-403': (_, { error }) => ({ html: error.html[403], policy: error.policy }),
  'error-404': (_, { error }) => ({ html: error.html[404], policy: error.policy }),
}

/** Ends the time of the page in a browser at once. */
export const letItEnd = `document.getAnimations().forEach(animation => animation.finish())`
