import { visible } from '../../edge/pages/file.ts'
import { edgeLane, type Lane, type TimelineRow } from '../timeline.ts'
import type { Created } from './links.ts'

/** What a timeline is drawn on. */
interface Board {
  /** The columns: the api, then the edges. */
  readonly lanes: readonly Lane[]
  /** Those that this page has created, by id: it knows no names of others. */
  readonly links: ReadonlyMap<string, Created>
  /** Id of the link that the rows are of; empty if they are of all links. */
  readonly chosen: string
  readonly mode: 'home' | 'strong'
}

/** Number of rows shown; older ones are left out. */
const shownRows = 100

/** Draws the rows, newest first, below the names of the lanes, and marks the home Region of the chosen link. */
export function Timeline({ rows, board }: { readonly rows: readonly TimelineRow[]; readonly board: Board }) {
  const { lanes, chosen } = board
  const home = homeOf(board, chosen)
  // Each row keeps its number, so that nothing jumps.
  const items = rows.map((row, number) => ({ row, number })).slice(-shownRows)
  return (
    <div class="story" style={{ '--lanes': lanes.length }}>
      <div class="row head" aria-hidden="true">
        <span />
        <span class="lanes">
          {lanes.map(lane => (
            <span class="lane-name">
              <b>{laneName(lane)}</b>
              {home !== undefined && lane === edgeLane(home) && <i>home</i>}
            </span>
          ))}
        </span>
      </div>
      <ol id="rows">
        {items.toReversed().map(({ row, number }) => (
          <Row key={number} row={row} board={board} />
        ))}
      </ol>
    </div>
  )
}

function Row({ row, board }: { readonly row: TimelineRow; readonly board: Board }) {
  const { lanes, links, chosen } = board
  const { kind, at, ms, linkId } = row
  const isOne = countOf(row) <= 1
  const facts = [whyOf(row), ms === undefined ? '' : `${ms}\u00a0ms`].filter(fact => fact !== '')
  return (
    <li class={`row ${kind}`}>
      <time dateTime={new Date(at).toISOString()}>{clock.format(at)}</time>
      <Marks row={row} board={board} />
      <p>
        <strong>{isOne ? `${titleOf(row)} ${whereOf(row)}` : titleOf(row)}</strong>
        {facts.map(fact => (
          <span class="quiet"> · {fact}</span>
        ))}
        {!isOne && <span class="about">{whereOf(row, lanes)}</span>}
        {chosen === '' && linkId !== undefined && (
          <bdi class="about">{visible(links.get(linkId)?.name ?? 'a link')}</bdi>
        )}
      </p>
    </li>
  )
}

/** Draws the lifelines, a mark on each lane that took part, and a line to the home Region if its store was called. */
function Marks({ row, board }: { readonly row: TimelineRow; readonly board: Board }) {
  const { lanes } = board
  const involved = lanes.flatMap((lane, index) => (row.counts.has(lane) ? [index] : []))
  const home = homeOf(board, row.linkId)
  const calledStore = row.stored || ['issued', 'revoked', 'redeemed'].includes(row.kind)
  const store = calledStore && home !== undefined ? lanes.indexOf(edgeLane(home)) : -1
  const ends = [store, ...involved]
  return (
    <span class="lanes" aria-hidden="true">
      {lanes.map((_, index) => (
        <span class="lane" style={on(index)} />
      ))}
      {store >= 0 && <span class="wire" style={on(Math.min(...ends), Math.max(...ends))} />}
      {store >= 0 && !involved.includes(store) && <span class="mark store" style={on(store)} />}
      {involved.map(index => (
        <span class={`mark ${row.kind}`} style={on(index)} />
      ))}
    </span>
  )
}

/** Returns the home Region of a link; undefined if it isn't known, and in mode `strong`, where all Regions are equal. */
function homeOf({ links, mode }: Board, id = ''): string | undefined {
  return mode === 'home' ? links.get(id)?.homeRegion : undefined
}

/** Places a shape on the lanes from `first` to `last`, counted from 0. */
function on(first: number, last = first) {
  return { gridColumn: `${first + 1} / ${last + 2}` }
}

/** Writes `14:02:03.4`. */
const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 1,
})

/** Explains a row's reason; empty if the title is enough. */
function whyOf({ kind, why }: TimelineRow): string {
  if (kind === 'expired') return 'it was never used'
  return why?.replaceAll('-', ' ') ?? ''
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

function titleOf(row: TimelineRow): string {
  const count = countOf(row)
  const title = row.kind === 'unredeemed' ? 'not redeemed' : row.kind
  return count > 1 ? `${count} ${title}` : title.charAt(0).toUpperCase() + title.slice(1)
}

/** Describes a row for screen readers: `49 refused: used before (us-east-1 17, eu-west-1 32)`. */
export function sentenceOf(row: TimelineRow): string {
  const why = whyOf(row)
  const where = whereOf(row)
  return [titleOf(row), why && `: ${why}`, where && (countOf(row) > 1 ? ` (${where})` : ` ${where}`)].join('')
}
