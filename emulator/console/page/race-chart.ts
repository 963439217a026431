import type { RaceResult } from '../protocol.ts'
import { element, announce, byId } from './element.ts'
import { type Answer, ask } from './requests.ts'
import type { State } from './state.ts'

/** Makes the race button work on the link that is looked at. */
export function startRace(state: State): void {
  const [button, error] = [byId('race', HTMLButtonElement), byId('race-error', HTMLElement)]
  byId('race-form', HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault()
    const { selected } = state
    const { url, confirm = false } = state.links.get(selected ?? '') ?? {}
    if (url === undefined) return
    button.disabled = true
    error.textContent = ''
    const viewers = byId('viewers', HTMLInputElement).valueAsNumber
    const show = (answer: Answer<{ viewers: readonly RaceResult[] }>): void => {
      button.disabled = false
      if (state.selected !== selected) return // another link is looked at by now
      if (answer.ok) draw(answer.value.viewers, state)
      else error.textContent = answer.told.detail
    }
    void ask<{ viewers: readonly RaceResult[] }>('POST', '/console/race', { url, viewers, confirm }).then(show)
  })
}

/** Forgets the race that is shown: it was about another link. */
export function hideRace(): void {
  byId('outcome', HTMLElement).hidden = true
}

function draw(finishes: readonly RaceResult[], { setup }: State): void {
  const title = verdictOf(finishes)
  const slowest = Math.max(...finishes.map(({ ms }) => ms))
  const end = niceEnd(slowest)
  byId('outcome', HTMLElement).hidden = false
  byId('race-title', HTMLElement).textContent = title
  byId('race-note', HTMLElement).textContent =
    `${others(finishes)} Each line is one viewer’s wait, from the moment all were let go; the last had its answer after ${slowest.toFixed(0)} ms. ` +
    `All of it ran in one process on this machine: who wins is real, how long it takes on AWS is not shown.`
  const chart = byId('chart', HTMLElement)
  chart.setAttribute('aria-label', title)
  chart.classList.toggle('dense', finishes.length > 60)
  const edges = Object.keys(setup.edges).map(edge =>
    trackOf(
      edge,
      finishes.filter(finish => finish.edge === edge),
      end,
    ),
  )
  chart.replaceChildren(...edges, axisOf(end))
  byId('answers', HTMLTableElement).tBodies[0]?.replaceChildren(...finishes.map(lineOf))
  announce(`${title}. ${others(finishes)}`)
}

function verdictOf(finishes: readonly RaceResult[]): string {
  const winners = finishes.filter(({ won }) => won)
  const [first] = winners
  if (first === undefined) return `None of ${finishes.length} won`
  return winners.length === 1
    ? `One of ${finishes.length} won: viewer ${first.viewer} at ${first.edge}, after ${first.ms.toFixed(0)} ms`
    : `${winners.length} of ${finishes.length} won`
}

/** How the losers were answered, by reason. */
function others(finishes: readonly RaceResult[]): string {
  const lost = Map.groupBy(
    finishes.filter(({ won }) => !won),
    answerOf,
  )
  return `${[...lost].map(([answer, all]) => `${all.length} got ${answer}`).join(', ')}.`
}

function answerOf({ status, reason }: RaceResult): string {
  if (status === 0) return 'no answer'
  return reason === undefined ? String(status) : `${status} ${reason}`
}

/** The viewers at one edge, each a line as long as it waited, the quickest on top. */
function trackOf(edge: string, finishes: readonly RaceResult[], end: number): HTMLElement {
  const lines = finishes
    .toSorted((a, b) => a.ms - b.ms)
    .map(({ won, ms }) => {
      const line = element('span', { class: won ? 'wait won' : 'wait' })
      line.style.setProperty('--part', String(ms / end))
      return line
    })
  const winners = finishes.filter(({ won }) => won).map(({ viewer, ms }) => `viewer ${viewer}, ${ms.toFixed(0)} ms`)
  const name = element('span', { class: 'track-name' }, edge, ...winners.map(text => element('b', {}, text)))
  return element('div', { class: 'track' }, name, element('div', { class: 'waits' }, ...lines))
}

function axisOf(end: number): HTMLElement {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(part => element('span', {}, `${Number((end * part).toFixed(1))} ms`))
  return element('div', { class: 'track axis' }, element('span', {}), element('div', { class: 'ticks' }, ...ticks))
}

/** The next of these times a power of ten: quarters of it are round, too. */
function niceEnd(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(ms, 1)))
  return ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find(step => step * power >= ms) ?? 10) * power
}

function lineOf(finish: RaceResult): HTMLElement {
  const { viewer, edge, status, won, ms } = finish
  const cells = [edge, String(status), won ? 'won' : (finish.reason ?? ''), ms.toFixed(1)]
  const head = element('th', { scope: 'row' }, String(viewer))
  return element('tr', { class: won ? 'won' : '' }, head, ...cells.map(cell => element('td', {}, cell)))
}
