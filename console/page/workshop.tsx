import { useEffect, useState } from 'preact/hooks'
import { visible } from '../../edge/pages/file.ts'
import type { Workshop as Emulated } from '../protocol.ts'
import { buildTimeline, edgeLane } from '../timeline.ts'
import { type Stream, useEvents } from './events.ts'
import { sentenceOf, Timeline } from './lanes.tsx'
import type { Created } from './links.ts'
import { Race } from './race.tsx'

interface WorkshopProps {
  readonly workshop: Emulated
  /** The newest first. */
  readonly created: readonly Created[]
}

/** Opens a created link at edges, has viewers race for it, and shows what happened to it or to all links. */
export function Workshop({ workshop, created }: WorkshopProps) {
  const stream = useEvents()
  const [chosen, choose] = useState('')
  const newest = created[0]?.id ?? ''
  const link = created.find(({ id }) => id === chosen)
  useEffect(() => choose(newest), [newest])
  return (
    <div class="workshop">
      <section aria-labelledby="edges-title">
        <h2 id="edges-title">Open a link</h2>
        {created.length === 0 ? (
          <p class="quiet">Create a link on the tab Send: then you can open it here, at each edge.</p>
        ) : (
          <p class="field">
            <label for="workshop-link">Link</label>
            <select id="workshop-link" value={chosen} onChange={({ currentTarget }) => choose(currentTarget.value)}>
              <option value="">all links</option>
              {created.map(({ id, name, recipient }) => (
                <option key={id} value={id}>
                  {visible([name ?? 'a file', ...(recipient === undefined ? [] : [recipient])].join(' for '))}
                </option>
              ))}
            </select>
          </p>
        )}
        {link !== undefined && <Edges link={link} edges={workshop.edges} />}
        {link !== undefined && <Race key={link.id} link={link} />}
      </section>
      <Story {...{ workshop, created, stream, chosen }} />
    </div>
  )
}

function Edges({ link, edges }: { readonly link: Created; readonly edges: Emulated['edges'] }) {
  const { pathname } = new URL(link.url)
  return (
    <ul class="edges">
      {Object.entries(edges).map(([region, origin]) => (
        <li>
          {/* A new window that can't access this one, and gets no Referer. */}
          <a class="button" href={origin + pathname} target="_blank" rel="noopener noreferrer">
            Open it at {region}
            <span class="hidden-text"> (new window)</span>
          </a>
        </li>
      ))}
    </ul>
  )
}

interface StoryProps extends WorkshopProps {
  readonly stream: Stream
  readonly chosen: string
}

function Story({ workshop: { edges, mode }, created, stream, chosen }: StoryProps) {
  const isShown = (id: string | undefined) => chosen === '' || id === chosen
  const links = new Map(created.map(link => [link.id, link]))
  const ends = created.filter(({ id }) => isShown(id)).map(({ id, expiresAt }) => [id, Date.parse(expiresAt)] as const)
  const events = stream.events.filter(({ linkId }) => isShown(linkId))
  const rows = buildTimeline(events, new Map(ends), Date.now() + stream.skewMs)
  const last = rows.at(-1)
  const board = { lanes: ['api' as const, ...Object.keys(edges).map(edgeLane)], links, chosen, mode }
  return (
    <section aria-labelledby="story-title">
      <div class="story-head">
        <h2 id="story-title">What happened</h2>
        <p class="connection">{stream.isLive ? 'live' : 'not connected, trying again'}</p>
      </div>
      {last === undefined ? <p class="quiet">{nothingYet}</p> : mode === 'home' && <p class="quiet">{key}</p>}
      {last !== undefined && <Timeline rows={rows} board={board} />}
      <p class="hidden-text" role="status">
        {last && sentenceOf(last)}
      </p>
    </section>
  )
}

const key =
  'A mark shows which server responded; a line leads to the Region whose table it called. “Not redeemed” means that the link was not used.'

const nothingYet = 'Nothing yet. Open a link at an edge: each response appears here, on the lane of its server.'
