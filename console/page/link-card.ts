import { encode } from 'uqr'
import { nameOf, siSizes, sizeOf, visible } from '../../edge/pages/file.ts'
import { durationText, worksFor } from '../../shared/capability-text.ts'
import { announce, byId, element } from './element.ts'
import { api, outcomeOf } from './requests.ts'
import { emulatorNow, type KnownLink, learn, linkState, type State } from './state.ts'
import { fetchLink } from './views.ts'

let drawn: KnownLink | undefined

/** Attaches the handlers of the card's buttons. `changed` is called when a link has changed. */
export function startCard(state: State, changed: () => void): void {
  const copy = byId('copy', HTMLElement)
  const revoke = byId('revoke', HTMLElement)
  const url = byId('url', HTMLInputElement)
  url.addEventListener('focus', () => url.select())
  copy.addEventListener('click', () => {
    url.select()
    void navigator.clipboard.writeText(url.value).then(
      () => confirmCopy(copy),
      () => announce('Press Ctrl+C to copy the link'),
    )
  })
  revoke.addEventListener('click', () => {
    const { selected = '' } = state
    void revokeLink(selected, state).then(changed)
  })
  byId('refresh', HTMLElement).addEventListener('click', () => {
    const { selected = '' } = state
    void fetchLink(selected, state).then(changed)
  })
}

async function revokeLink(id: string, state: State): Promise<void> {
  const revoked = await outcomeOf(api().revoke(id))
  if (!revoked.ok) return announce(revoked.detail)
  learn(state, { id, viewed: 'revoked' })
  announce('Revoked')
  // The button goes, and would take the focus along.
  byId('card-title', HTMLElement).focus()
}

function confirmCopy(copy: HTMLElement): void {
  copy.textContent = 'Copied'
  announce('Copied')
  setTimeout(() => void (copy.textContent = 'Copy'), 1500)
}

/** Draws the selected link, or hides the card if none is selected. */
export function drawCard(state: State): void {
  const link = state.selected === undefined ? undefined : state.links.get(state.selected)
  byId('card', HTMLElement).hidden = link === undefined
  if (link === undefined) return
  if (drawn !== link) drawOnce(link, state)
  drawn = link
  const isLive = ['live', 'not-yet-valid'].includes(linkState(link, state))
  const badge = byId('card-state', HTMLElement)
  badge.textContent = linkState(link, state)
  badge.className = `state ${badge.textContent}`
  byId('card-facts', HTMLElement).textContent = factsOf(link, isLive, emulatorNow(state))
  byId('revoke', HTMLElement).hidden = !isLive && !(link.receipt && link.viewed === 'used')
}

/** Draws what doesn't change: the link, its object, its QR code, the edges that redeem it. */
function drawOnce(link: KnownLink, { setup }: State): void {
  const { url, key, id, advice = '', passphrase } = link
  byId('card-title', HTMLElement).replaceChildren(element('bdi', {}, key === undefined ? id : visible(key)))
  byId('card-object', HTMLElement).replaceChildren(...objectOf(link))
  byId('card-download', HTMLElement).textContent = downloadOf(link)
  const hint = byId('card-advice', HTMLElement)
  hint.textContent = advice
  hint.hidden = advice === ''
  byId('card-reference', HTMLElement).textContent = visible(link.reference ?? '')
  byId('history', HTMLElement).replaceChildren(...historyOf(link))
  byId('passphrase-shown', HTMLElement).hidden = passphrase === undefined
  byId('passphrase-text', HTMLElement).textContent = passphrase ?? ''
  byId('card-secret', HTMLElement).hidden = url === undefined
  byId('card-note', HTMLElement).hidden = url !== undefined
  if (url === undefined) return
  byId('url', HTMLInputElement).value = url
  byId('qr', HTMLElement).replaceChildren(qrOf(url))
  const { pathname } = new URL(url)
  const edges = Object.entries(setup.edges).map(([region, origin]) => {
    // A new window that can't access this one, and gets no Referer.
    const attributes = { href: origin + pathname, target: '_blank', rel: 'noopener noreferrer' }
    const name = element('a', attributes, region, element('span', { class: 'hidden-text' }, ' (new window)'))
    return element('li', {}, name)
  })
  byId('edges', HTMLElement).replaceChildren(...edges)
}

/** Returns the name and size that viewers see, and whether the link delivers one version; nothing if they aren't known yet. */
function objectOf({ key, pinned, ...object }: KnownLink): readonly (HTMLElement | string)[] {
  if (key === undefined || pinned === undefined) return []
  const file = { ...object, key, media: object.media === false ? undefined : object.media }
  const size = sizeOf(file, siSizes)
  const binding = pinned ? 'pinned to this version' : 'not pinned: delivers what has this key when it is used'
  return [element('bdi', {}, nameOf(file)), `${size === undefined ? '' : `, ${size}`} · ${binding}`]
}

/** Says how long the download works, and for whom; nothing if it isn't known yet. */
function downloadOf({ urlSeconds, bind }: KnownLink): string {
  return urlSeconds === undefined || bind === undefined ? '' : worksFor({ urlSeconds, bind })
}

function factsOf({ id, expiresAt, homeRegion }: KnownLink, isLive: boolean, now: number): string {
  const left =
    expiresAt === undefined || !isLive
      ? ''
      : `expires in ${durationText(Math.max(0, Math.ceil((Date.parse(expiresAt) - now) / 1000)))}`
  return [left, homeRegion === undefined ? '' : `home Region ${homeRegion}`, `id ${id}`].filter(Boolean).join(' · ')
}

/** Names of counted requests, as the api has them. */
const counted = [
  ['unconfirmed', 'not confirmed'],
  ['automated', 'by robots, prefetches or previews'],
  ['probed', 'with HEAD or OPTIONS'],
  ['refusedAfterUse', 'refused after its use'],
] as const

/** Returns what the api knows of the use of a link, as terms and descriptions; nothing if it keeps no receipt. */
function historyOf({ receipt, unredeemed, delivery, guesses, viewed }: KnownLink): readonly HTMLElement[] {
  const counts = counted.flatMap(([name, text]) => {
    const count = unredeemed?.[name] ?? 0
    return count > 0 ? [`${count} ${text}`] : []
  })
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Used', receipt ? usedText(receipt) : receipt === null ? 'not yet' : undefined],
    ['Used', viewed === 'gone' ? 'the API no longer has it: it was used without a receipt, or has expired' : undefined],
    ['Delivered', delivery?.summary],
    ['Passphrase', guesses && `${guesses.tries} of ${guesses.maxTries} tries made`],
    ['Other requests', counts.length === 0 ? undefined : counts.join(', ')],
  ]
  return lines.flatMap(([term, text]) =>
    text === undefined ? [] : [element('dt', {}, term), element('dd', {}, visible(text))],
  )
}

function usedText({ redeemedAt, edgeRegion, viewer, userAgent }: NonNullable<KnownLink['receipt'] & object>): string {
  const program = userAgent === 'other' ? '' : `with ${userAgent} `
  // In this browser's zone.
  const time = new Date(redeemedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
  return `${time}, ${program}from ${viewer}, at ${edgeRegion}`
}

const svg = 'http://www.w3.org/2000/svg'

/** Width of the light margin in modules: with less than four, scanners may not find the code (ISO/IEC 18004). */
const quiet = 4

/** Draws a text's QR code as one path. The ground is light in any colour scheme: scanners expect dark on light. */
function qrOf(text: string): SVGSVGElement {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  const picture = document.createElementNS(svg, 'svg')
  const extent = size + 2 * quiet
  picture.setAttribute('viewBox', `${-quiet} ${-quiet} ${extent} ${extent}`)
  picture.setAttribute('role', 'img')
  picture.setAttribute('aria-label', 'QR code of the link')
  picture.setAttribute('shape-rendering', 'crispEdges')
  const path = document.createElementNS(svg, 'path')
  path.setAttribute('d', dark.join(''))
  picture.append(path)
  return picture
}
