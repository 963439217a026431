import type { Language } from '../../shared/brand.ts'
import { texts } from './texts/languages.ts'
import type { EpochMs, EpochSeconds } from '../../shared/time.ts'
import { type Content, ending, escaped, formWith, paragraph, timed } from './document.ts'
import { describeWhen, secondsUntil } from './when.ts'

/** The form of a page that asks for a passphrase, and what the page says besides. */
export interface PassphraseForm {
  /** The token that the form sends. */
  readonly form: string
  /** When the link expires. */
  readonly expiresAt: EpochSeconds
  /** Whether the viewer sent the form before. */
  readonly again: boolean
  /** Whether it had a passphrase. */
  readonly isGuess?: boolean | undefined
  /** Tries that are left after a wrong one; undefined where viewers may not know more than that the link did not open. */
  readonly triesLeft?: number | undefined
  /** What else kept the link from opening. */
  readonly failure?: string | undefined
}

/** Longest text that the field takes, in UTF-16 code units: 128 characters with as many spaces and hyphens. */
const maxLength = 512

/** Returns the field for the passphrase, with its label, and `error` in plain text, if any. It goes into a form. */
function passphraseField(language: Language, error: string | undefined): string {
  const described = error === undefined ? '' : ' aria-invalid="true" aria-describedby="error"'
  const message = error === undefined ? '' : `<p class="note" id="error">${escaped(error)}</p>\n`
  return `${message}<label for="passphrase">${escaped(texts[language].passphrase.label)}</label>
<input id="passphrase" name="passphrase" required maxlength="${maxLength}" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" enterkeyhint="go" translate="no" dir="auto"${described}>
`
}

/** Returns the page that asks for a passphrase: brand and question only, no name, size or kind of the file. */
export function questionIn(language: Language, question: PassphraseForm, now: EpochMs): Content {
  const { form, expiresAt, isGuess } = question
  const { title, detail, open } = texts[language].passphrase
  const fields = `${passphraseField(language, errorIn(language, question))}<button>${escaped(open)}</button>`
  const { until, past, dates } = texts[language].pages
  const live = `${paragraph(detail)}\n${formWith(form, fields)}\n${timed(until, describeWhen(expiresAt, now, dates))}`
  const content = { title, main: ending(live, past), secondsLeft: secondsUntil(expiresAt, now), uses: 'form' as const }
  return isGuess === true ? content : { ...content, status: 200 }
}

function errorIn(language: Language, { again, isGuess, triesLeft, failure }: PassphraseForm): string | undefined {
  const { again: onceMore, notOpened, wrong } = texts[language].passphrase
  if (failure !== undefined) return failure
  if (isGuess) return triesLeft === undefined ? notOpened : wrong.replace('COUNT', String(triesLeft))
  return again ? onceMore : undefined
}
