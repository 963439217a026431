import { buildTimeline } from '../timeline.ts'
import { announce, byId } from './element.ts'
import { sentenceOf } from './labels.ts'
import { drawHead, drawRows } from './lanes.ts'
import { drawCard, startCard } from './link-card.ts'
import { drawList, startList } from './link-list.ts'
import { hideRace, startRace } from './race-chart.ts'
import { ask, watch } from './requests.ts'
import { emulatorNow, endsOf, firstState, keptHere, type KnownLink, learn, type State } from './state.ts'
import { startUploadForm } from './upload-form.ts'

/** How long to wait for more before drawing, in milliseconds: a race brings hundreds of events at once. */
const drawAfterMs = 30

/** Between two looks at the clock, in milliseconds: links expire while nothing else happens. */
const tickMs = 500

/** What `GET /links/{id}` tells of a link that was issued elsewhere. */
type View = Readonly<Record<'key' | 'expiresAt' | 'homeRegion', string>> & { readonly confirm?: boolean }

function start(): void {
  const state = firstState()
  let timer: ReturnType<typeof setTimeout> | undefined
  let said = ''
  const draw = () => {
    timer = undefined
    drawList(state)
    drawCard(state)
    said = drawStory(state, said)
  }
  const drawSoon = () => void (timer ??= setTimeout(draw, drawAfterMs))
  const choose = (id: string | undefined) => {
    if (id !== state.selected) hideRace()
    state.selected = id
    drawSoon()
    const link = id === undefined ? undefined : state.links.get(id)
    if (link !== undefined && link.key === undefined) void lookUp(link, state).then(drawSoon)
  }
  startUploadForm(state, ({ id }) => {
    choose(id)
    byId('card', HTMLElement).scrollIntoView({ block: 'nearest' })
  })
  startList(choose)
  startCard(state)
  startRace(state)
  follow(state, drawSoon)
  setInterval(drawSoon, tickMs)
  byId('console', HTMLElement).hidden = false
  draw()
}

function follow(state: State, changed: () => void): void {
  const connection = byId('connection', HTMLElement)
  connection.hidden = false
  watch({
    begin(run, now) {
      state.skewMs = now - Date.now()
      if (run !== state.run) forget(state, run)
      changed()
    },
    event(event) {
      state.events = [...state.events.slice(1 - keptHere), event]
      if (event.outcome === 'issued' && event.linkId !== undefined) learn(state, { id: event.linkId })
      changed()
    },
    connected(isConnected) {
      connection.textContent = isConnected ? 'live' : 'not connected, trying again'
      connection.dataset['state'] = isConnected ? 'live' : 'off'
    },
  })
}

/** Another emulator has other links. */
function forget(state: State, run: string): void {
  state.links.clear()
  hideRace()
  Object.assign(state, { run, events: [], selected: undefined })
}

/** Draws what happened and reads out what is new at its end; gives what was read out last. */
function drawStory(state: State, said: string): string {
  const { selected } = state
  const events = state.events.filter(({ linkId }) => selected === undefined || linkId === selected)
  const ends = [...endsOf(state)].filter(([id]) => selected === undefined || id === selected)
  const rows = buildTimeline(events, new Map(ends), emulatorNow(state))
  drawHead(state)
  drawRows(rows, state)
  const last = rows.at(-1)
  const sentence = last === undefined ? '' : sentenceOf(last)
  if (sentence !== said && sentence !== '') announce(sentence)
  return sentence
}

/** Asks the api for what it shows of a link; nothing, where a link is gone. */
async function lookUp({ id }: KnownLink, state: State): Promise<void> {
  const answer = await ask<View>('GET', `/links/${id}`)
  if (!answer.ok) return
  const { key, expiresAt, homeRegion, confirm = false } = answer.value
  learn(state, { id, key, homeRegion, expiresAt: Date.parse(expiresAt), confirm })
}

start()
