import { edgeLane, type Lane, type TimelineRow } from '../timeline.ts'
import { byId, element } from './element.ts'
import type { State } from './state.ts'

/** Number of rows shown; older ones are left out. */
const shownRows = 100

/** Returns the columns: the api, then the edges. */
function lanesOf({ setup }: State): readonly Lane[] {
  return ['api', ...Object.keys(setup.edges).map(edgeLane)]
}

/** Draws the names of the lanes, and marks the home Region of the selected link. */
export function drawHead(state: State): void {
  const lanes = lanesOf(state)
  const home = state.setup.mode === 'home' ? homeOf(state, state.selected) : undefined
  document.documentElement.style.setProperty('--lanes', String(lanes.length))
  const names = lanes.map(lane => {
    const isHome = home !== undefined && lane === edgeLane(home)
    const name = element('b', {}, laneName(lane))
    return element('span', { class: 'lane-name' }, name, ...(isHome ? [element('i', {}, 'home')] : []))
  })
  byId('lanes', HTMLElement).replaceChildren(
    element('span', {}),
    element('span', { class: 'lanes' }, ...names),
    element('span', {}),
  )
}

/** Draws the rows, newest first. Keeps unchanged ones where they are, so that nothing jumps. */
export function drawRows(rows: readonly TimelineRow[], state: State): void {
  const list = byId('rows', HTMLElement)
  const shown = rows.slice(-shownRows).toReversed()
  const old = new Map([...list.children].map(child => [child.outerHTML, child]))
  let place = list.firstElementChild
  for (const row of shown) {
    const drawn = rowOf(row, state)
    const item = old.get(drawn.outerHTML) ?? drawn
    old.delete(drawn.outerHTML)
    if (item === place) place = place.nextElementSibling
    else list.insertBefore(item, place)
  }
  while (list.children.length > shown.length) list.lastElementChild?.remove()
  byId('story', HTMLElement).hidden = shown.length === 0
  byId('story-empty', HTMLElement).hidden = shown.length > 0
  byId('story-key', HTMLElement).hidden = shown.length === 0 || state.setup.mode !== 'home'
}

function rowOf(row: TimelineRow, state: State): HTMLElement {
  const count = countOf(row)
  const title = count > 1 ? `${count} ${titles[row.kind].toLowerCase()}` : `${titles[row.kind]} ${whereOf(row)}`
  const facts = [whyOf(row), row.ms === undefined ? '' : `${row.ms}\u00a0ms`].filter(text => text !== '')
  const details = [
    ...(count > 1 ? [whereOf(row, lanesOf(state))] : []),
    ...(state.selected === undefined && row.linkId !== undefined
      ? [state.links.get(row.linkId)?.key ?? row.linkId]
      : []),
  ]
  return element(
    'li',
    { class: `row ${row.kind}` },
    element('time', { datetime: new Date(row.at).toISOString() }, clockOf(row.at)),
    element('span', { class: 'lanes', 'aria-hidden': 'true' }, ...marksOf(row, state)),
    element(
      'p',
      {},
      element('strong', {}, title),
      ...facts.map(fact => element('span', { class: 'quiet' }, ` · ${fact}`)),
      ...details.map(line => element('span', { class: 'about' }, line)),
    ),
  )
}

/** Draws the lifelines, a mark on each lane that took part, and a line to the home Region if its store was called. */
function marksOf(row: TimelineRow, state: State): readonly HTMLElement[] {
  const lanes = lanesOf(state)
  const lines = lanes.map((_, index) => at(element('span', { class: 'lane' }), index, index))
  const involved = lanes.flatMap((lane, index) => (row.counts.has(lane) ? [index] : []))
  const marks = involved.map(index => at(element('span', { class: `mark ${row.kind}` }), index, index))
  const home = homeOf(state, row.linkId)
  const store = home === undefined ? -1 : lanes.indexOf(edgeLane(home))
  const calledStore = row.stored || ['issued', 'revoked', 'redeemed'].includes(row.kind)
  if (!calledStore || store < 0 || state.setup.mode !== 'home') return [...lines, ...marks]
  const first = Math.min(store, ...involved)
  const last = Math.max(store, ...involved)
  const wire = at(element('span', { class: 'wire' }), first, last)
  const end = involved.includes(store) ? [] : [at(element('span', { class: 'mark store' }), store, store)]
  return [...lines, wire, ...end, ...marks]
}

/** Places a shape on the lanes from `first` to `last`, counted from 0. */
function at(shape: HTMLElement, first: number, last: number): HTMLElement {
  shape.style.gridColumn = `${first + 1} / ${last + 2}`
  return shape
}

function homeOf({ links }: State, id: string | undefined): string | undefined {
  return id === undefined ? undefined : links.get(id)?.homeRegion
}

function clockOf(at: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const moment = new Date(at)
  const tenths = Math.floor(moment.getMilliseconds() / 100)
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}.${tenths}`
}

/** Titles of rows by kind. */
const titles: Readonly<Record<TimelineRow['kind'], string>> = {
  issued: 'Issued',
  unredeemed: 'Not redeemed',
  confirmed: 'Confirmed',
  redeemed: 'Redeemed',
  refused: 'Refused',
  revoked: 'Revoked',
  expired: 'Expired',
  purged: 'Purged',
}

/** Explanations of reasons, in a few words. A reason without one is shown as it is. */
const explanations: Readonly<Record<string, string>> = {
  'asks-for-confirmation': 'the page asks for confirmation',
  unconfirmed: 'not confirmed',
  probed: 'HEAD or OPTIONS',
  speculative: 'a prefetch or preview',
  automated: 'a robot',
  spent: 'used before',
  revoked: 'revoked',
  expired: 'expired',
  malformed: 'not a link',
  forged: 'forged or changed',
  'not-yet-valid': 'too early, not used',
  'wrong-network': 'from another network, not used',
  'address-unsupported': 'from an address that no download can be bound to, not used',
  'client-required': 'by a program without a secret, not used',
  'passphrase-invalid': 'a passphrase that can not be used',
  'passphrase-required': 'without a passphrase, not used',
  'wrong-passphrase': 'wrong passphrase, not used',
  locked: 'locked after too many passphrases',
  'outcome-unknown': 'the link may have been used',
  unavailable: 'the store is unavailable, not used',
}

/** Explains a row's reason; empty if the title is enough. */
function whyOf({ kind, why }: TimelineRow): string {
  if (kind === 'expired') return 'it was never used'
  return why === undefined ? '' : (explanations[why] ?? why)
}

/** Returns the number of events in a row. */
function countOf({ counts }: TimelineRow): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}

/** Says where: `at eu-west-1`, or for several events `us-east-1 17, eu-west-1 16`, in the order of `lanes`. */
function whereOf(row: TimelineRow, lanes: readonly Lane[] = [...row.counts.keys()]): string {
  const places = lanes.flatMap(lane => {
    const count = row.counts.get(lane)
    return count === undefined ? [] : [{ name: laneName(lane), count }]
  })
  if (countOf(row) <= 1) return places.map(({ name }) => (name === 'api' ? 'by the api' : `at ${name}`)).join('')
  return places.map(({ name, count }) => `${name} ${count}`).join(', ')
}

/** Returns the name of a lane: `api`, or its Region. */
function laneName(lane: Lane): string {
  return lane === 'api' ? lane : lane.slice('edge '.length)
}

/** Describes a row for screen readers: `49 refused: used before (us-east-1 17, eu-west-1 32)`. */
export function sentenceOf(row: TimelineRow): string {
  const count = countOf(row)
  const title = count > 1 ? `${count} ${titles[row.kind].toLowerCase()}` : titles[row.kind]
  const why = whyOf(row)
  const where = whereOf(row)
  return [title, why && `: ${why}`, where && (count > 1 ? ` (${where})` : ` ${where}`)].join('')
}
