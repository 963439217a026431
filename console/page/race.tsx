import { useRef, useState } from 'preact/hooks'
import type { RaceResult } from '../protocol.ts'
import type { Created } from './links.ts'
import { ask, type Outcome } from './server.ts'

type Results = readonly RaceResult[]

/** Has viewers open a link at once, at all edges, and says what became of them. */
export function Race({ link }: { readonly link: Created }) {
  const viewers = useRef<HTMLInputElement>(null)
  const [isRunning, setRunning] = useState(false)
  const [outcome, setOutcome] = useState<Outcome<{ viewers: Results }>>()
  const start = async (event: Event) => {
    event.preventDefault()
    if (isRunning) return
    setRunning(true)
    const body = { url: link.url, viewers: viewers.current?.valueAsNumber, confirm: link.confirm }
    setOutcome(await ask('POST', '/console/race', body))
    setRunning(false)
  }
  return (
    <>
      <form class="race-form" noValidate onSubmit={event => void start(event)}>
        <label for="viewers">or have</label>
        <input id="viewers" ref={viewers} type="number" min={2} max={200} defaultValue={50} required />
        <span>viewers open it at once, at all edges</span>
        <button type="submit" aria-disabled={isRunning}>
          Race
        </button>
      </form>
      <p class="error" role="alert">
        {outcome?.ok === false && outcome.detail}
      </p>
      <div class="outcome" role="status">
        {outcome?.ok && <Notes results={outcome.value.viewers} />}
      </div>
    </>
  )
}

function Notes({ results }: { readonly results: Results }) {
  const lost = Map.groupBy(
    results.filter(({ won }) => !won),
    responseOf,
  )
  const losses = [...lost].map(([response, all]) => `${all.length} got ${response}`).join(', ')
  return (
    <>
      <h3>{titleOf(results)}</h3>
      <p class="quiet">
        {losses}. Everything ran in one process on this machine: the winner is real, but the times are not those of AWS.
      </p>
    </>
  )
}

function titleOf(results: Results): string {
  const winners = results.filter(({ won }) => won)
  const [first] = winners
  if (first === undefined) return `None of ${results.length} won`
  return winners.length === 1
    ? `One of ${results.length} won: viewer ${first.viewer} at ${first.edge}, after ${first.ms.toFixed(0)} ms`
    : `${winners.length} of ${results.length} won`
}

function responseOf({ status, reason }: RaceResult): string {
  if (status === 0) return 'no response'
  return reason === undefined ? String(status) : `${status} ${reason}`
}
