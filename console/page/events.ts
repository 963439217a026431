import { createEventParser, type LiveEvent, type ServerSentEvent } from '../protocol.ts'
import { authorization } from './token.ts'

/** Callbacks for the emulator's events. */
export interface Listener {
  /** Called when a stream begins. If `run` is another one than before, earlier events are no longer valid. */
  begin(run: string, now: number): void
  event(event: LiveEvent): void
  /** Called when the stream connects or breaks. It reconnects by itself. */
  connected(isConnected: boolean): void
}

/** Milliseconds until a broken stream is requested again. */
const retryAfterMs = 500

/** Receives events until the page is closed. An `EventSource` would do, but it sends no token. */
export async function watch({ begin, event, connected }: Listener): Promise<never> {
  let lastId = ''
  const handle = ({ event: name, id, data }: ServerSentEvent) => {
    if (id !== '') lastId = id
    if (name !== 'begin') return event(JSON.parse(data) as LiveEvent)
    const { run, now } = JSON.parse(data) as { run: string; now: number }
    begin(run, now)
    connected(true)
  }
  for (;;) {
    await receive(lastId, handle).catch(() => undefined)
    connected(false)
    await new Promise(resolve => setTimeout(resolve, retryAfterMs))
  }
}

/** Resolves or rejects when the stream ends. */
async function receive(lastId: string, handle: (event: ServerSentEvent) => void): Promise<void> {
  const headers = { ...authorization(), ...(lastId !== '' && { 'last-event-id': lastId }) }
  const { ok, body } = await fetch('/console/events', { headers })
  const reader = ok ? body?.pipeThrough(new TextDecoderStream()).getReader() : undefined
  const parse = createEventParser()
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    for (const each of parse(read.value)) handle(each)
  }
}
