import type { Language } from '../../shared/brand.ts'
import type { EpochMs } from '../../shared/time.ts'
import { formWith } from './confirmation-page.ts'
import { type Content, ending, timed } from './document.ts'
import { messages } from './locales/locales.ts'
import { type PassphraseForm, passphraseQuestion } from './passphrase-form.ts'
import { isResubmittable, type PageRefusal, refusalText } from './refusal-page.ts'
import { describeWhen, secondsUntil } from './when.ts'

/**
 * Returns the question after a refusal; undefined if asking again would not help. With uniform refusals, who does not know the
 * passphrase sees the same of a link that works and of one that does not.
 */
export function questionAfter(refused: PageRefusal, language: Language): PassphraseForm | undefined {
  const { reason, question } = refused
  if (question === undefined || reason === 'wrong-passphrase') return question
  if (reason === 'not-redeemable') return { ...question, triesLeft: undefined }
  if (!question.isGuess || !isResubmittable(reason)) return undefined
  return { ...question, failure: refusalText(refused, language).join(': ') }
}

/** Returns what asks for the passphrase. Brand and question only: no name, size or kind of the file. Throws on a malformed token. */
export function questionContent(question: PassphraseForm, language: Language, now: EpochMs): Content {
  const { form, expiresAt } = question
  const { title, text, fields } = passphraseQuestion(language, question)
  const { until, past, dates } = messages[language]
  const live = `${text}\n${formWith(form, fields)}\n${timed(until, describeWhen(expiresAt, now, dates))}`
  return { title, main: ending(live, past), secondsLeft: secondsUntil(expiresAt, now), uses: 'form' }
}
