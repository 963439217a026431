import type { CapabilityTerms } from '../../../shared/capability-text.ts'
import type { Setup } from '../protocol.ts'
import { buildTimeline } from '../timeline.ts'
import { announce, byId } from './element.ts'
import { watch } from './events.ts'
import { sentenceOf } from './labels.ts'
import { drawHead, drawRows } from './lanes.ts'
import { drawCard, startCard } from './link-card.ts'
import { drawList, startList } from './link-list.ts'
import { hideRace, startRace } from './race-chart.ts'
import { ask } from './requests.ts'
import {
  emulatorNow,
  endsOf,
  firstState,
  keptHere,
  type KnownLink,
  type KnownObject,
  learn,
  type State,
} from './state.ts'
import { keepToken } from './token.ts'
import { startUploadForm } from './upload-form.ts'

/** Milliseconds from an event until the page draws: a race brings hundreds of events at once. */
const drawAfterMs = 30

/** Milliseconds between redraws without an event: links expire while nothing else happens. */
const tickMs = 500

/** The fields of `GET /links/{id}` that the page uses for a link issued elsewhere. */
interface View extends KnownObject, CapabilityTerms, Readonly<Record<'key' | 'expiresAt' | 'homeRegion', string>> {
  readonly confirm?: boolean
}

/** Starts the page, or says why it can't: the emulator is private and this page has no token, or it has ended. */
async function open(): Promise<void> {
  keepToken()
  const setup = await ask<Setup>('GET', '/console/setup')
  if (setup.ok) return start(firstState(setup.value))
  const locked = byId('locked', HTMLElement)
  locked.textContent = setup.problem.detail
  locked.hidden = false
}

function start(state: State): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let announced = ''
  const draw = () => {
    timer = undefined
    drawList(state)
    drawCard(state)
    announced = drawTimeline(state, announced)
  }
  const drawSoon = () => void (timer ??= setTimeout(draw, drawAfterMs))
  const choose = (id: string | undefined) => {
    if (id !== state.selected) hideRace()
    state.selected = id
    drawSoon()
    const link = id === undefined ? undefined : state.links.get(id)
    if (link !== undefined && link.key === undefined) void fetchLink(link, state).then(drawSoon)
  }
  startUploadForm(state, ({ id }) => {
    choose(id)
    byId('card', HTMLElement).scrollIntoView({ block: 'nearest' })
  })
  startList(choose)
  startCard(state)
  startRace(state)
  followEvents(state, drawSoon)
  setInterval(drawSoon, tickMs)
  byId('console', HTMLElement).hidden = false
  draw()
}

function followEvents(state: State, changed: () => void): void {
  const connection = byId('connection', HTMLElement)
  connection.hidden = false
  void watch({
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

/** Clears the state for another emulator, which has other links. */
function forget(state: State, run: string): void {
  state.links.clear()
  hideRace()
  Object.assign(state, { run, events: [], selected: undefined })
}

/** Draws the timeline and announces its last row if that is new. Returns the last announcement. */
function drawTimeline(state: State, announced: string): string {
  const { selected } = state
  const events = state.events.filter(({ linkId }) => selected === undefined || linkId === selected)
  const ends = [...endsOf(state)].filter(([id]) => selected === undefined || id === selected)
  const rows = buildTimeline(events, new Map(ends), emulatorNow(state))
  drawHead(state)
  drawRows(rows, state)
  const last = rows.at(-1)
  const sentence = last === undefined ? '' : sentenceOf(last)
  if (sentence !== announced && sentence !== '') announce(sentence)
  return sentence
}

/** Adds the api's view of a link to the state; nothing if the link no longer exists. */
async function fetchLink({ id }: KnownLink, state: State): Promise<void> {
  const response = await ask<View>('GET', `/links/${id}`)
  if (!response.ok) return
  const { expiresAt, confirm = false, ...view } = response.value
  learn(state, { ...view, id, expiresAt: Date.parse(expiresAt), confirm })
}

void open()
