import { hash } from 'node:crypto'
import type { Brand, Language } from '../../shared/brand.ts'
import type { Refusal, DisplayedRefusal } from '../../shared/refusal.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import { type Content, renderPage, escaped, fileLine, formWith, paragraph, timed } from './document.ts'
import type { DisplayedFile } from './file.ts'
import { negotiateLanguage } from './language.ts'
import { type PassphraseForm, questionIn } from './passphrase-form.ts'
import { createStyleSheet } from './style.ts'
import { messages } from './locales/locales.ts'
import type { MessageText } from './locales/messages.ts'

/** A page and the values of its headers. */
export interface Page {
  readonly html: string
  /** For Content-Language. */
  readonly language: Language
  /** For Content-Security-Policy. */
  readonly policy: string
  /** @default the status of the refusal, or 200 */
  readonly status?: number | undefined
}

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
  /** Plays the object of the link. Throws unless `src` is a path on this host. */
  player(media: Player, acceptLanguage: string): Page
}

/** A refusal for a page. */
export interface PageRefusal {
  readonly reason: DisplayedRefusal['reason']
  readonly refusal: Pick<Refusal, 'title' | 'detail'>
  /** Of a link with a passphrase: the form of the page that may ask for it again, since no page contains it. */
  readonly question?: PassphraseForm | undefined
}

/** Contents of a confirmation page. */
export interface Confirmation {
  /** The form posts to `?confirm=` and this token, on the link's own path. */
  readonly token: string
  /** When the link expires. */
  readonly expiresAt: EpochSeconds
  /** Whether the viewer sent the form before, but that did not confirm. */
  readonly again: boolean
  /** Whether the link is for a player. */
  readonly media: boolean
  /** Undefined if the store did not respond: then the page shows no name. */
  readonly file: DisplayedFile | undefined
  /** The link has a passphrase: then the page asks for it, and says nothing of the file. */
  readonly passphrase?: boolean
}

/** Contents of a player page. */
export interface Player {
  /** Path and query on the requested host, not escaped. */
  readonly src: string
  /** When the player can fetch no more. */
  readonly expiresAt: EpochSeconds
  readonly file: DisplayedFile
}

/** Refusals after which the same link may work: their pages offer to request it again. */
const transientReasons: ReadonlySet<string> = new Set<DisplayedRefusal['reason']>([
  'speculative',
  'passphrase-invalid',
  'outcome-unknown',
  'unavailable',
  'unsigned',
  'failed',
])

/** Refusals after which the same form may work, even if it has used the link. */
const resubmittableReasons: ReadonlySet<string> = new Set<DisplayedRefusal['reason']>([
  'outcome-unknown',
  'unavailable',
  'unsigned',
  'failed',
])

/** Icons of the two buttons: an arrow onto a line, and a triangle. */
const arrow = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4v11m-5-5 5 5 5-5M5 20h14"/></svg>'
const triangle = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4.5v15L19 12z"/></svg>'

/** Returns the pages of a deployment. Pure; computes the style sheet once. */
export function createPages(brand: Brand | undefined): Pages {
  const style = createStyleSheet(brand?.colour)
  const policies = policiesOf(style)
  const page = (kind: keyof typeof policies, content: Content, language: Language): Page => ({
    html: renderPage(content, language, { brand, style }),
    language,
    policy: policies[kind],
    status: content.status,
  })
  // Each is rendered only once: they are few, and the same for all viewers.
  const refusals = new Map<string, Page>()
  return {
    refusal(refusal, acceptLanguage, formToken) {
      const language = negotiateLanguage(acceptLanguage)
      const { reason } = refusal
      const asked = questionAfter(refusal, language)
      if (asked) return page('form', questionIn(language, asked), language)
      if (formToken !== undefined && resubmittableReasons.has(reason)) {
        return page('form', refusalIn(language, refusal, formWith(formToken, tryAgainButton(language))), language)
      }
      const name = `${language} ${reason}`
      const tryAgain = transientReasons.has(reason) ? tryAgainLink(language) : ''
      const rendered = refusals.get(name) ?? page('plain', refusalIn(language, refusal, tryAgain), language)
      refusals.set(name, rendered)
      return rendered
    },
    confirmation(confirmation, acceptLanguage) {
      const language = negotiateLanguage(acceptLanguage)
      return page('form', confirmationIn(language, confirmation), language)
    },
    player(player, acceptLanguage) {
      const language = negotiateLanguage(acceptLanguage)
      return page('media', playerIn(language, player), language)
    },
  }
}

/** Policies forbid loading, scripts and frames. They allow one style, by its hash, and forms and media where needed. */
function policiesOf(style: string) {
  const shared = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; frame-ancestors 'none'`
  return {
    plain: `${shared}; form-action 'none'`,
    form: `${shared}; form-action 'self'`,
    media: `${shared}; form-action 'none'; media-src 'self'`,
  } as const
}

function textOf(language: Language, { reason, refusal }: PageRefusal): MessageText {
  return language === 'en' ? [refusal.title, refusal.detail] : messages[language].refusals[reason]
}

function refusalIn(language: Language, { reason, refusal }: PageRefusal, tryAgain: string): Content {
  const [title, detail] = textOf(language, { reason, refusal })
  return { title, main: paragraph(detail) + tryAgain }
}

/** The empty query leads to the link itself, without a token that a form may have added. */
function tryAgainLink(language: Language): string {
  return `\n<p><a class="again" href="?">${escaped(messages[language].tryAgain)}</a></p>`
}

function tryAgainButton(language: Language): string {
  return `<button class="again">${escaped(messages[language].tryAgain)}</button>`
}

function confirmationIn(language: Language, confirmation: Confirmation): Content {
  const { token, expiresAt, again, media, file, passphrase } = confirmation
  if (passphrase === true) return questionIn(language, { form: token, expiresAt, again })
  const text = messages[language]
  const [title, detail] = media ? text.media : text.file
  const button = media ? triangle + escaped(text.play) : arrow + escaped(text.download)
  return {
    title,
    main: `${file === undefined ? '' : `${fileLine(file, text.sizes)}\n`}${paragraph(detail)}
${again ? `${paragraph(text.onceMore, 'note')}\n` : ''}${formWith(token, `<button>${button}</button>`)}
${timed(text.until, expiresAt)}`,
  }
}

/**
 * Returns the question after a refusal; undefined if asking again would not help. With uniform refusals, who does not know the
 * passphrase sees the same of a link that works and of one that does not.
 */
function questionAfter({ reason, refusal, question }: PageRefusal, language: Language): PassphraseForm | undefined {
  if (question === undefined || reason === 'wrong-passphrase') return question
  if (reason === 'not-redeemable') return { ...question, triesLeft: undefined }
  if (!question.isGuess || !resubmittableReasons.has(reason)) return undefined
  return { ...question, failure: textOf(language, { reason, refusal }).join(': ') }
}

function playerIn(language: Language, { src, expiresAt, file }: Player): Content {
  if (!/^\/(?!\/)/.test(src)) throw new TypeError('src is not a path on this host')
  const { player, playsUntil, sizes } = messages[language]
  const [title, detail] = player
  return {
    title,
    main: `<video controls playsinline preload="metadata" src="${escaped(src)}"></video>
${fileLine(file, sizes)}
${paragraph(detail)}
${timed(playsUntil, expiresAt)}`,
    wide: true,
  }
}
