import type { Brand, Language } from '../../shared/texts/brand.ts'
import type { Clock, EpochMs } from '../../shared/time.ts'
import { type Confirmation, confirmationContent, type Download, downloadContent, playerContent } from './file-pages.ts'
import { type Content, type Page, renderPage } from './document.ts'
import { negotiateLanguage } from './language.ts'
import {
  askedContent,
  isTimeless,
  type PageRefusal,
  questionAfter,
  questionIn,
  refusalContent,
} from './refusal-page.ts'
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

/**
 * Returns the pages of a deployment, whose forms may lead to the page of `uploadApi`. Computes the style sheet once; from the clock come
 * only the times that are left.
 */
export function createPages(brand: Brand | undefined, clock: Pick<Clock, 'now'>, uploadApi?: string): Pages {
  const style = createStyleSheet(brand)
  const uploadPage = uploadApi && new URL(uploadApi).origin
  const page = (content: Content, language: Language) => renderPage(content, language, { brand, style, uploadPage })
  const preferred =
    <T>(contentOf: (subject: T, language: Language, now: EpochMs) => Content) =>
    (subject: T, acceptLanguage: string) => {
      const language = negotiateLanguage(acceptLanguage)
      return page(contentOf(subject, language, clock.now()), language)
    }
  // Each is rendered only once: they are few, and the same for all viewers.
  const refusals = new Map<string, Page>()
  return {
    refusal(refusal, acceptLanguage, formToken) {
      const language = negotiateLanguage(acceptLanguage)
      const now = clock.now()
      const { reason, kind, ask } = refusal
      if (kind === 'asked' || kind === 'unasked') return page(askedContent(refusal, kind, language), language)
      const question = questionAfter(refusal, language)
      if (question) return page(questionIn(question, language, now), language)
      if (formToken !== undefined && refusal.refusal.again === 'form') {
        return page(refusalContent(refusal, language, { formToken, now }), language)
      }
      const name = `${language} ${reason}`
      // A token is for one browser.
      const isSame = isTimeless(refusal) && ask === undefined
      const rendered = (isSame && refusals.get(name)) || page(refusalContent(refusal, language, { now }), language)
      if (isSame) refusals.set(name, rendered)
      return rendered
    },
    confirmation: preferred<Confirmation>((subject, language, now) =>
      subject.passphrase ? questionIn(subject, language, now) : confirmationContent(subject, language, now),
    ),
    download: preferred(downloadContent),
    player: preferred(playerContent),
  }
}
