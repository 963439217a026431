import type { Brand, Language } from '../../shared/brand.ts'
import type { Clock } from '../../shared/time.ts'
import { type Confirmation, confirmationContent } from './confirmation-page.ts'
import { type Content, type Page, renderPage } from './document.ts'
import { negotiateLanguage } from './language.ts'
import { type PassphraseForm, questionIn } from './passphrase-form.ts'
import { type Download, downloadContent, playerContent } from './redeemed-pages.ts'
import { isTimeless, type PageRefusal, refusalContent, refusalText } from './refusal-page.ts'
import { createStyleSheet } from './style.ts'

/** Pages for browsers. Each method takes the viewer's Accept-Language, which may be empty or malformed. */
export interface Pages {
  /**
   * Says why the request is refused. `formToken` is the token of the refused form, if any. Trying again then sends the
   * same form again, so no viewer confirms twice; if that form used the link, it gets the same capability. Throws on a malformed
   * token that it needs.
   */
  refusal(refusal: PageRefusal, acceptLanguage: string, formToken?: string): Page
  /** Asks whether to use the link. Throws unless the token has 22 to 60 characters of A-Z a-z 0-9 . _ - */
  confirmation(confirmation: Confirmation, acceptLanguage: string): Page
  /** Says that the download has started. Throws unless `location` is a path on this host. */
  download(download: Download, acceptLanguage: string): Page
  /** Plays the object of the link. Throws unless `location` is a path on this host. */
  player(download: Download, acceptLanguage: string): Page
}

/** Returns the pages of a deployment. Computes the style sheet once; from the clock come only the times that are left. */
export function createPages(brand: Brand | undefined, clock: Pick<Clock, 'now'>): Pages {
  const style = createStyleSheet(brand?.colour)
  const page = (content: Content, language: Language) => renderPage(content, language, { brand, style })
  // Each is rendered only once: they are few, and the same for all viewers.
  const refusals = new Map<string, Page>()
  return {
    refusal(refusal, acceptLanguage, formToken) {
      const language = negotiateLanguage(acceptLanguage)
      const now = clock.now()
      const { reason } = refusal
      const asked = questionAfter(refusal, language)
      if (asked) return page(questionIn(language, asked, now), language)
      if (formToken !== undefined && refusal.refusal.again === 'form') {
        return page(refusalContent(refusal, language, { formToken, now }), language)
      }
      const name = `${language} ${reason}`
      const rendered =
        (isTimeless(refusal) && refusals.get(name)) || page(refusalContent(refusal, language, { now }), language)
      if (isTimeless(refusal)) refusals.set(name, rendered)
      return rendered
    },
    confirmation(confirmation, acceptLanguage) {
      const language = negotiateLanguage(acceptLanguage)
      const now = clock.now()
      const asks = confirmation.passphrase
      return page(
        asks ? questionIn(language, confirmation, now) : confirmationContent(confirmation, language, now),
        language,
      )
    },
    download(download, acceptLanguage) {
      const language = negotiateLanguage(acceptLanguage)
      return page(downloadContent(download, language, clock.now()), language)
    },
    player(download, acceptLanguage) {
      const language = negotiateLanguage(acceptLanguage)
      return page(playerContent(download, language, clock.now()), language)
    },
  }
}

/**
 * Returns the question after a refusal; undefined if asking again would not help. With uniform refusals, who does not know the
 * passphrase sees the same of a link that works and of one that does not.
 */
function questionAfter(refused: PageRefusal, language: Language): PassphraseForm | undefined {
  const { reason, question } = refused
  if (question === undefined || reason === 'wrong-passphrase') return question
  if (reason === 'not-redeemable') return { ...question, triesLeft: undefined }
  if (!question.isGuess || refused.refusal.again !== 'form') return undefined
  return { ...question, failure: refusalText(refused, language).join(': ') }
}
