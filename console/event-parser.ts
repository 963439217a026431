/** An event of a stream (WHATWG HTML, "Server-sent events"). */
export interface ServerSentEvent {
  /** @default message */
  readonly event: string
  /** Empty if the event has none. */
  readonly id: string
  readonly data: string
}

/** Returns a function that gets a stream's text piece by piece and returns the events that each piece completes. */
export function createEventParser(): (text: string) => readonly ServerSentEvent[] {
  let rest = ''
  return text => {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    return blocks.map(parseEvent)
  }
}

/** Reads the fields as `live.ts` writes them: one line of data, and a space after each colon. */
function parseEvent(block: string): ServerSentEvent {
  const fields = new Map(block.split('\n').map(line => line.split(/: (.*)/s) as [string, string]))
  return { event: fields.get('event') ?? 'message', id: fields.get('id') ?? '', data: fields.get('data') ?? '' }
}
