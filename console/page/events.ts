import { useState } from 'preact/hooks'
import type { LiveEvent, LiveEvents } from '../protocol.ts'
import { useRepeat } from './effects.ts'
import { ask } from './server.ts'

/** What the page knows of an emulator's events. */
export interface Stream {
  readonly isLive: boolean
  /** Id of the emulator's process: another one has other links and events. Empty before the first. */
  readonly run: string
  /** The emulator's clock minus the browser's, in milliseconds. */
  readonly skewMs: number
  /** Oldest first. */
  readonly events: readonly LiveEvent[]
}

/** Number of events that the page keeps: more than the emulator, because a page may watch for a long time. */
const keptHere = 2000

/** Milliseconds between two requests. Each redraws what the time alone changes, too. */
const everyMs = 300

/** Asks for events as long as the page is seen. */
export function useEvents(): Stream {
  const [stream, setStream] = useState<Stream>({ isLive: false, run: '', skewMs: 0, events: [] })
  useRepeat(async () => {
    const { run, events } = stream
    const got = await ask<LiveEvents>('GET', `/console/events?run=${run}&after=${events.at(-1)?.number ?? 0}`)
    setStream(got.ok ? withEvents(stream, got.value) : { ...stream, isLive: false })
  }, everyMs)
  return stream
}

function withEvents({ run: known, events: before }: Stream, { run, now, events }: LiveEvents): Stream {
  const all = [...(run === known ? before : []), ...events]
  return { run, isLive: true, skewMs: now - Date.now(), events: all.slice(-keptHere) }
}
