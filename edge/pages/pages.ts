import { hash } from 'node:crypto'
import type { Brand, Language } from '../../shared/brand.ts'
import type { Refusal, DisplayedRefusal } from '../../shared/refusal.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import { type Content, renderPage, escaped, paragraph, timed } from './document.ts'
import { negotiateLanguage } from './language.ts'
import { createStyleSheet } from './style.ts'
import { messages } from './locales/locales.ts'

/** A page of ours. */
export interface Page {
  readonly html: string
  /** The language it is in, for Content-Language. */
  readonly language: Language
  /** The value of its Content-Security-Policy. */
  readonly policy: string
}

/** What browsers are shown. Each takes the viewer's Accept-Language, which may be empty or nonsense. */
export interface Pages {
  /**
   * Why there is nothing to be had. `form` is the token of the form that was refused, if it was one: to try again is to send
   * it again, since whoever has used the link by it gets the same, and opening a link to a file would only tell that it was
   * used.
   */
  refusal(told: PageRefusal, acceptLanguage: string, form?: string): Page
  /** Asks whether to use the link. Throws when the token is not 22 to 60 characters out of A-Z a-z 0-9 . _ - */
  confirmation(ask: Confirmation, acceptLanguage: string): Page
  /** Plays what the link was for. Throws when `src` is not a path on this host. */
  player(media: Player, acceptLanguage: string): Page
}

/** A refusal as a page needs it. */
export interface PageRefusal {
  readonly reason: DisplayedRefusal['reason']
  readonly refusal: Pick<Refusal, 'title' | 'detail'>
}

/** A question to a viewer. */
export interface Confirmation {
  /** Goes into the address that the form is posted to: `?confirm=` and this, on the link's own path. */
  readonly token: string
  /** Until when the link can be used. */
  readonly expiresAt: EpochSeconds
  /** The viewer tried before, and that was not taken for a confirmation. */
  readonly again: boolean
  /** The link leads to a player. */
  readonly media: boolean
}

/** Something to play. */
export interface Player {
  /** Path and query on the host that was asked, not escaped. */
  readonly src: string
  /** Until when the player can fetch it. */
  readonly expiresAt: EpochSeconds
}

/** Refusals after which the same link may well work: their pages offer to open it again. */
const transientReasons: ReadonlySet<string> = new Set<DisplayedRefusal['reason']>([
  'speculative',
  'outcome-unknown',
  'unavailable',
  'unsigned',
  'failed',
])

/** Refusals after which the same form may well be taken, even if it has used the link. */
const resubmittableReasons: ReadonlySet<string> = new Set<DisplayedRefusal['reason']>([
  'outcome-unknown',
  'unavailable',
  'unsigned',
  'failed',
])

/** Drawings for the two buttons: an arrow onto a line, and a triangle. */
const arrow = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4v11m-5-5 5 5 5-5M5 20h14"/></svg>'
const triangle = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4.5v15L19 12z"/></svg>'

/** The pages of a deployment. Pure; what they look like is worked out once, here. */
export function createPages(brand: Brand | undefined): Pages {
  const style = createStyleSheet(brand?.colour)
  const policies = policiesOf(style)
  const page = (kind: keyof typeof policies, content: Content, language: Language): Page => ({
    html: renderPage(content, language, { brand, style }),
    language,
    policy: policies[kind],
  })
  // The same for everybody, and few: each is made once.
  const refusals = new Map<string, Page>()
  return {
    refusal(told, acceptLanguage, form) {
      const language = negotiateLanguage(acceptLanguage)
      if (form !== undefined && resubmittableReasons.has(told.reason)) {
        return page('form', refusalIn(language, told, formOf(form, tryAgainIn(language))), language)
      }
      const name = `${language} ${told.reason}`
      const made =
        refusals.get(name) ??
        page('plain', refusalIn(language, told, transientReasons.has(told.reason) ? linkIn(language) : ''), language)
      refusals.set(name, made)
      return made
    },
    confirmation(ask, acceptLanguage) {
      const language = negotiateLanguage(acceptLanguage)
      return page('form', confirmationIn(language, ask), language)
    },
    player(media, acceptLanguage) {
      const language = negotiateLanguage(acceptLanguage)
      return page('media', playerIn(language, media), language)
    },
  }
}

/** Nothing is loaded, nothing runs, nobody frames it; one style, known by its hash; forms and media where they belong. */
function policiesOf(style: string) {
  const shared = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; frame-ancestors 'none'`
  return {
    plain: `${shared}; form-action 'none'`,
    form: `${shared}; form-action 'self'`,
    media: `${shared}; form-action 'none'; media-src 'self'`,
  } as const
}

function refusalIn(language: Language, { reason, refusal }: PageRefusal, wayOn: string): Content {
  const [title, detail] = language === 'en' ? [refusal.title, refusal.detail] : messages[language].refusals[reason]
  return { title, main: paragraph(detail) + wayOn }
}

/** An empty query: the link's own address without what a form may have added. */
function linkIn(language: Language): string {
  return `\n<p><a class="again" href="?">${escaped(messages[language].tryAgain)}</a></p>`
}

function tryAgainIn(language: Language): string {
  return `<button class="again">${escaped(messages[language].tryAgain)}</button>`
}

/** A form that is posted to the link's own address. A sheet of glass keeps a second click from being sent: see the style. */
function formOf(token: string, button: string): string {
  if (!/^[A-Za-z0-9._-]{22,60}$/.test(token)) throw new TypeError('the token of a form is not one')
  return `<form method="post" action="?confirm=${token}">${button}<span class="shield"></span></form>`
}

function confirmationIn(language: Language, { token, expiresAt, again, media }: Confirmation): Content {
  const { file, media: recording, download, play, until, onceMore } = messages[language]
  const [title, detail] = media ? recording : file
  const button = media ? triangle + escaped(play) : arrow + escaped(download)
  return {
    title,
    main: `${paragraph(detail)}
${again ? `${paragraph(onceMore, 'note')}\n` : ''}${formOf(token, `<button>${button}</button>`)}
${timed(until, expiresAt)}`,
  }
}

function playerIn(language: Language, { src, expiresAt }: Player): Content {
  if (!/^\/(?!\/)/.test(src)) throw new TypeError('what a page plays is not a path on this host')
  const { player, playsUntil } = messages[language]
  const [title, detail] = player
  return {
    title,
    main: `<video controls playsinline preload="metadata" src="${escaped(src)}"></video>
${paragraph(detail)}
${timed(playsUntil, expiresAt)}`,
    wide: true,
  }
}
