import type { Language } from '../../shared/brand.ts'
import type { PassphraseForm } from './passphrase-form.ts'
import { isResubmittable, type PageRefusal, refusalText } from './refusal-page.ts'

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
