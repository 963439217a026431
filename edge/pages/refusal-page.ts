import type { DisplayedRefusal, Refusal } from '../../shared/refusal.ts'
import type { EarlierUse } from '../../shared/redemption/receipt.ts'
import type { EpochMs, EpochSeconds } from '../../shared/time.ts'
import { type Content, ending, escaped, formWith, paragraph, timed } from './document.ts'
import type { Language } from '../../shared/texts/brand.ts'
import { isInApp } from './in-app.ts'
import { texts } from './texts/languages.ts'
import type { MessageText } from './texts/texts.ts'
import { describePast, describeWhen, secondsUntil } from './when.ts'

/** A refusal for a page. */
export interface PageRefusal {
  readonly reason: DisplayedRefusal['reason']
  readonly refusal: Pick<Refusal, 'title' | 'detail' | 'again'>
  /** From when on the link works; shown only if the reason is that it is not valid yet. */
  readonly notBefore?: EpochSeconds | undefined
  /** How the link was used; shown only if the reason is that it is spent. */
  readonly earlierUse?: EarlierUse | undefined
  /** The form for the passphrase, if the link has one: the page may show it again. */
  readonly question?: PassphraseForm | undefined
  /** Whether the viewer asked the sender for a new link, and whether that succeeded. */
  readonly kind?: 'refused' | 'asked' | 'unasked' | undefined
  /** The token of the form that asks the sender for a new link. */
  readonly ask?: string | undefined
}

/** Returns whether the page of a refusal is the same at any time. */
export function isTimeless({ reason, notBefore, earlierUse }: PageRefusal): boolean {
  return reason === 'not-yet-valid' ? notBefore === undefined : reason !== 'spent' || earlierUse === undefined
}

/** Returns the heading and the text of a refusal. */
export function refusalText({ reason, refusal }: PageRefusal, language: Language): MessageText {
  const { refusals } = texts[language]
  if (refusals === undefined) return [refusal.title, refusal.detail]
  const [title, detail] = refusals[reason]
  return [title, detail.replace('ASK', refusals.ASK).replace('UNUSED', refusals.UNUSED)]
}

/** Returns what says why a request is refused, and how to try again if that may help. Throws on a malformed token. */
export function refusalContent(
  refused: PageRefusal,
  language: Language,
  { formToken, now }: { readonly formToken?: string | undefined; readonly now: EpochMs },
): Content {
  const { reason, refusal, notBefore, earlierUse, ask } = refused
  const button = askButton(ask, language)
  const text = texts[language].pages
  const [title, said] = refusalText(refused, language)
  const detail = reason === 'spent' && earlierUse?.isUsedUp ? text.usedUp : said
  if (reason === 'spent' && earlierUse?.isUsedUp === false) {
    const { at, byThisClient } = earlierUse
    return {
      title,
      ...button,
      main:
        timed(byThisClient ? text.usedByYou : text.usedByOther, describePast(at, now, text.dates), '') + button.main,
    }
  }
  const again = escaped(text.tryAgain)
  if (formToken !== undefined) {
    return {
      title,
      main: paragraph(detail) + formWith(formToken, `<button class="again">${again}</button>`),
      uses: 'form',
    }
  }
  const from =
    notBefore === undefined || isTimeless(refused)
      ? ''
      : `\n${timed(text.validFrom, describeWhen(notBefore, now, text.dates))}`
  // The empty query leads to the link itself, without a token that a form may have added.
  const link = refusal.again ? `\n<p><a class="again" href="?">${again}</a></p>` : ''
  return { title, ...button, main: paragraph(detail) + from + link + button.main }
}

/** Returns the button that asks the sender for a new link, if there is its token. Throws on a malformed one. */
function askButton(ask: string | undefined, language: Language): Pick<Content, 'main' | 'uses'> {
  if (ask === undefined) return { main: '' }
  const label = escaped(texts[language].pages.ask)
  return { main: `\n${formWith(ask, `<button class="again">${label}</button>`, 'ask')}`, uses: 'form' }
}

/** Returns what says whether the sender was asked for a new link, with the button again if it may be pressed again. */
export function askedContent({ ask }: PageRefusal, kind: 'asked' | 'unasked', language: Language): Content {
  const { [kind]: title, askedNext } = texts[language].pages
  const button = askButton(ask, language)
  const content = { title, ...button, main: paragraph(askedNext) + button.main }
  return ask === undefined ? { ...content, status: 200 } : content
}

/**
 * Returns the question after a refusal; undefined if another passphrase would not help. With uniform refusals, who does not know the
 * passphrase sees the same of a link that works and of one that does not.
 */
export function questionAfter(refused: PageRefusal, language: Language): PassphraseForm | undefined {
  const { reason, question } = refused
  if (question === undefined || reason === 'wrong-passphrase') return question
  if (reason === 'not-redeemable') return { ...question, triesLeft: undefined }
  if (!question.isTry || refused.refusal.again !== 'form') return undefined
  return { ...question, failure: refusalText(refused, language).join(': ') }
}

/** The form of a page that requires a passphrase, and what the page says besides. */
interface PassphraseForm {
  /** The token that the form sends. */
  readonly form: string
  /** When the link expires. */
  readonly expiresAt: EpochSeconds
  /** Whether the viewer sent the form before. */
  readonly again: boolean
  /** Whether it had a passphrase. */
  readonly isTry?: boolean | undefined
  /** Tries that are left after a wrong one; undefined where viewers may not know more than that the link did not open. */
  readonly triesLeft?: number | undefined
  /** What else kept the link from opening. */
  readonly failure?: string | undefined
  /** By which the page guesses whether this browser can save a file. */
  readonly userAgent?: string
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

/** Returns the page that requires a passphrase: brand and question only, no name, size or kind of the file. */
export function questionIn(question: PassphraseForm, language: Language, now: EpochMs): Content {
  const { form, expiresAt, isTry, userAgent = '' } = question
  const { title, detail, open } = texts[language].passphrase
  const fields = `${passphraseField(language, errorIn(language, question))}<button>${escaped(open)}</button>`
  const { until, past, dates, inApp } = texts[language].pages
  const hint = isInApp(userAgent) ? `${paragraph(inApp, 'note')}\n` : ''
  const live = `${paragraph(detail)}\n${hint}${formWith(form, fields)}\n${timed(until, describeWhen(expiresAt, now, dates))}`
  const content = { title, main: ending(live, past), secondsLeft: secondsUntil(expiresAt, now), uses: 'form' as const }
  return isTry === true ? content : { ...content, status: 200 }
}

function errorIn(language: Language, { again, isTry, triesLeft, failure }: PassphraseForm): string | undefined {
  const { again: onceMore, notOpened, wrong } = texts[language].passphrase
  if (failure !== undefined) return failure
  if (isTry) return triesLeft === undefined ? notOpened : wrong.replace('COUNT', String(triesLeft))
  return again ? onceMore : undefined
}
