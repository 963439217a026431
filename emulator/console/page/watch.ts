import type { LiveEvent } from '../protocol.ts'

/** Who hears of what happens at the emulator. */
export interface Listener {
  /** A stream has begun; of another `run` than before, nothing that was heard counts any more. */
  begin(run: string, now: number): void
  event(event: LiveEvent): void
  /** Whether the stream is there. When it isn't, the browser tries again by itself. */
  connected(isConnected: boolean): void
}

/** Watches until the page is closed. */
export function watch({ begin, event, connected }: Listener): void {
  const source = new EventSource('/console/events')
  source.addEventListener('begin', ({ data }: MessageEvent<string>) => {
    const { run, now } = JSON.parse(data) as { run: string; now: number }
    begin(run, now)
    connected(true)
  })
  source.addEventListener('message', ({ data }: MessageEvent<string>) => event(JSON.parse(data) as LiveEvent))
  source.addEventListener('error', () => connected(false))
}
