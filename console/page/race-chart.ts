import type { RaceResult } from '../protocol.ts'
import { element, announce, byId } from './element.ts'
import { ask, type Outcome } from './requests.ts'
import type { State } from './state.ts'

/** Attaches the handler of the race button, which starts a race for the selected link. */
export function startRace(state: State): void {
  const button = byId('race', HTMLButtonElement)
  const error = byId('race-error', HTMLElement)
  byId('race-form', HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault()
    const { selected } = state
    const { url, confirm = false } = state.links.get(selected ?? '') ?? {}
    if (url === undefined || button.ariaDisabled === 'true') return
    button.ariaDisabled = 'true'
    error.textContent = ''
    const viewers = byId('viewers', HTMLInputElement).valueAsNumber
    const show = (response: Outcome<{ viewers: readonly RaceResult[] }>): void => {
      button.ariaDisabled = 'false'
      if (state.selected !== selected) return // the user has selected another link since
      if (response.ok) draw(response.value.viewers, state)
      else error.textContent = response.detail
    }
    void ask<{ viewers: readonly RaceResult[] }>('POST', '/console/race', { url, viewers, confirm }).then(show)
  })
}

/** Hides the last race, because it was for another link. */
export function hideRace(): void {
  byId('outcome', HTMLElement).hidden = true
}

function draw(results: readonly RaceResult[], { setup }: State): void {
  const title = titleOf(results)
  const slowest = Math.max(...results.map(({ ms }) => ms))
  const end = niceEnd(slowest)
  byId('outcome', HTMLElement).hidden = false
  byId('race-title', HTMLElement).textContent = title
  byId('race-note', HTMLElement).textContent =
    `${lossesOf(results)} Each line shows how long one viewer waited for its response; the longest wait was ${slowest.toFixed(0)} ms. ` +
    `Everything ran in one process on this machine: the winner is real, but the times are not those of AWS.`
  const chart = byId('chart', HTMLElement)
  chart.setAttribute('aria-label', title)
  chart.classList.toggle('dense', results.length > 60)
  const edges = Object.keys(setup.edges).map(edge =>
    trackOf(
      edge,
      results.filter(result => result.edge === edge),
      end,
    ),
  )
  chart.replaceChildren(...edges, axisOf(end))
  byId('responses', HTMLTableElement).tBodies[0]?.replaceChildren(...results.map(tableRowOf))
  announce(`${title}. ${lossesOf(results)}`)
}

function titleOf(results: readonly RaceResult[]): string {
  const winners = results.filter(({ won }) => won)
  const [first] = winners
  if (first === undefined) return `None of ${results.length} won`
  return winners.length === 1
    ? `One of ${results.length} won: viewer ${first.viewer} at ${first.edge}, after ${first.ms.toFixed(0)} ms`
    : `${winners.length} of ${results.length} won`
}

/** Counts the losers by their response. */
function lossesOf(results: readonly RaceResult[]): string {
  const lost = Map.groupBy(
    results.filter(({ won }) => !won),
    responseOf,
  )
  return `${[...lost].map(([response, all]) => `${all.length} got ${response}`).join(', ')}.`
}

function responseOf({ status, reason }: RaceResult): string {
  if (status === 0) return 'no response'
  return reason === undefined ? String(status) : `${status} ${reason}`
}

/** Draws the viewers at one edge, each as a line as long as its wait, the fastest on top. */
function trackOf(edge: string, results: readonly RaceResult[], end: number): HTMLElement {
  const lines = results
    .toSorted((a, b) => a.ms - b.ms)
    .map(({ won, ms }) => {
      const line = element('span', { class: won ? 'wait won' : 'wait' })
      line.style.setProperty('--part', String(ms / end))
      return line
    })
  const winners = results.filter(({ won }) => won).map(({ viewer, ms }) => `viewer ${viewer}, ${ms.toFixed(0)} ms`)
  const name = element('span', { class: 'track-name' }, edge, ...winners.map(text => element('b', {}, text)))
  return element('div', { class: 'track' }, name, element('div', { class: 'waits' }, ...lines))
}

function axisOf(end: number): HTMLElement {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(part => element('span', {}, `${Number((end * part).toFixed(1))} ms`))
  return element('div', { class: 'track axis' }, element('span', {}), element('div', { class: 'ticks' }, ...ticks))
}

/** Returns the end of the axis, in milliseconds: a number whose quarters are round, too. */
function niceEnd(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(ms, 1)))
  return ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find(step => step * power >= ms) ?? 10) * power
}

function tableRowOf({ viewer, edge, status, reason = '', won, ms }: RaceResult): HTMLElement {
  const cells = [edge, String(status), won ? 'won' : reason, ms.toFixed(1)]
  const head = element('th', { scope: 'row' }, String(viewer))
  return element('tr', { class: won ? 'won' : '' }, head, ...cells.map(cell => element('td', {}, cell)))
}
