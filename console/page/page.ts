import type { Setup } from '../protocol.ts'
import { buildTimeline } from '../timeline.ts'
import { announce, byId } from './element.ts'
import { ask, keepToken, watch } from './requests.ts'
import { drawHead, drawRows, sentenceOf } from './lanes.ts'
import { drawCard, startCard } from './link-card.ts'
import { drawList, load, startList } from './link-list.ts'
import { hideRace, startRace } from './race-chart.ts'
import { emulatorNow, endsOf, firstState, keptHere, type KnownLink, learn, type State } from './state.ts'
import { startUploadForm } from './upload-form.ts'
import { fetchLink, followSelected, nameLinks } from './views.ts'

/** Milliseconds from an event until the page draws: a race brings hundreds of events at once. */
const drawAfterMs = 30

/** Milliseconds between redraws without an event: links expire while nothing else happens. */
const tickMs = 500

/** Starts the page, or says why it can't: it has no token, or its server has ended. */
async function open(): Promise<void> {
  if (keepToken()) return
  const setup = await ask<Setup>('GET', '/console/setup')
  if (setup.ok) return start(firstState(setup.value))
  const locked = byId('locked', HTMLElement)
  locked.textContent = setup.detail
  locked.hidden = false
}

function start(state: State): void {
  const { kind, place } = state.setup
  byId('place', HTMLElement).textContent = place
  document.title = `once-at-edge, ${place}`
  document.documentElement.dataset['kind'] = kind
  const drawSoon = drawing(state)
  const choose = (id: string | undefined) => {
    if (id !== state.selected) hideRace()
    state.selected = id
    drawSoon()
    if (id !== undefined && state.links.get(id)?.url === undefined) void fetchLink(id, state).then(drawSoon)
  }
  startUploadForm(state, ({ id }) => {
    choose(id)
    drawCard(state)
    byId('card', HTMLElement).scrollIntoView({ block: 'nearest' })
    // Its text is selected, ready to be copied.
    byId('url', HTMLInputElement).focus({ preventScroll: true })
  })
  startList(state, choose)
  startCard(state, drawSoon)
  if (kind === 'emulator') {
    startRace(state)
    followEvents(state, drawSoon)
  } else {
    // No other server has this origin in this tab.
    state.run = location.origin
    recall(state)
    void load({}, state)
    followSelected(state, drawSoon)
  }
  setInterval(drawSoon, tickMs)
  byId('console', HTMLElement).hidden = false
  drawSoon()
}

/** Returns a function that draws the page a moment later, once for all calls until then. */
function drawing(state: State): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let announced = ''
  const drawSoon = () => void (timer ??= setTimeout(draw, drawAfterMs))
  const draw = () => {
    timer = undefined
    nameLinks(state, drawSoon)
    drawList(state)
    drawCard(state)
    if (state.setup.kind === 'emulator') announced = drawTimeline(state, announced)
    remember(state)
  }
  return drawSoon
}

function followEvents(state: State, changed: () => void): void {
  const connection = byId('connection', HTMLElement)
  connection.hidden = false
  void watch({
    begin(run, now) {
      state.skewMs = now - Date.now()
      if (run !== state.run) {
        forget(state, run)
        recall(state)
        void load({}, state)
      }
      changed()
    },
    event(event) {
      state.events = [...state.events.slice(1 - keptHere), event]
      const { linkId: id, outcome, at } = event
      if (outcome === 'issued' && id !== undefined) learn(state, { id, issuedAt: new Date(at).toISOString() })
      const isUse = outcome === 'redeemed' || outcome === 'confirmed'
      // Without a receipt the api has no more to say.
      const hasReceipt = id !== undefined && state.links.get(id)?.receipt !== undefined
      if (isUse && hasReceipt && id === state.selected) void fetchLink(id, state).then(changed)
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

void open()

/** Name under which this tab keeps what it knows of links, for a reload. */
const name = 'links'

let kept = ''

/** Keeps names and states of the links in this tab until it is closed; never a link's URL or passphrase. */
function remember({ run, links }: State): void {
  // Before the server has said which it is, what is kept may be of it.
  if (run === '') return
  const known = [...links.values()].map(withoutSecrets)
  const text = JSON.stringify({ run, links: known })
  if (text !== kept) sessionStorage.setItem(name, text)
  kept = text
}

/** Adds what this tab has kept of the same server's links. */
function recall(state: State): void {
  const { run, links } = JSON.parse(sessionStorage.getItem(name) ?? '{}') as { run?: string; links?: KnownLink[] }
  if (run !== state.run) return
  for (const link of links ?? []) if (!state.links.has(link.id)) learn(state, link)
}

/** Secrets, and what issuers and recipients wrote to each other. */
const unkept: ReadonlySet<string> = new Set<keyof KnownLink>([
  'url',
  'passphrase',
  'advice',
  'sender',
  'message',
  'notify',
])

function withoutSecrets(link: KnownLink): KnownLink {
  const kept = Object.entries(link).filter(([name]) => !unkept.has(name))
  return Object.fromEntries(kept) as unknown as KnownLink
}
