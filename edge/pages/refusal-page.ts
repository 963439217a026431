import type { PassphraseForm } from './passphrase-form.ts'
import type { DisplayedRefusal, Refusal } from '../../shared/refusal.ts'
import type { EpochMs, EpochSeconds } from '../../shared/time.ts'
import { type Content, escaped, formWith, paragraph, timed } from './document.ts'
import type { Language } from '../../shared/brand.ts'
import { texts } from './texts/languages.ts'
import type { MessageText } from './texts/texts.ts'
import { describeWhen } from './when.ts'

/** A refusal for a page. */
export interface PageRefusal {
  readonly reason: DisplayedRefusal['reason']
  readonly refusal: Pick<Refusal, 'title' | 'detail' | 'again'>
  /** From when on the link works; shown only if the reason is that it is not valid yet. */
  readonly notBefore?: EpochSeconds | undefined
  /** Of a link with a passphrase: the form of the page that may ask for it again, since no page contains it. */
  readonly question?: PassphraseForm | undefined
}

/** Returns whether the page of a refusal is the same at any time. */
export function isTimeless({ reason, notBefore }: PageRefusal): boolean {
  return reason !== 'not-yet-valid' || notBefore === undefined
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
  const { refusal, notBefore } = refused
  const text = texts[language].pages
  const [title, detail] = refusalText(refused, language)
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
  return { title, main: paragraph(detail) + from + link }
}
