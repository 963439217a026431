import type { LiveEvent } from '../protocol.ts'

/** A problem document, as far as the page shows it. */
export interface Told {
  readonly detail: string
  readonly errors: readonly { readonly field: string; readonly got: string; readonly allowed: string }[]
}

/** What came of a request: a document, or what was wrong with it. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly told: Told }

/** Sends JSON to a path of this origin, or asks for it where there is no body. Never rejects. */
export async function ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return response.ok ? { ok: true, value: parsedJson(text) as T } : { ok: false, told: toldBy(text, response.status) }
  } catch {
    return lost
  }
}

/** Puts a file into the bucket; `progress` hears the part that is done, 0 to 1. `fetch` couldn't tell it. Never rejects. */
export function upload(file: File, key: string, progress: (part: number) => void): Promise<Answer<unknown>> {
  const { promise, resolve } = Promise.withResolvers<Answer<unknown>>()
  const sending = new XMLHttpRequest()
  sending.open('PUT', `/files/${key.split('/').map(encodeURIComponent).join('/')}`)
  sending.upload.addEventListener('progress', ({ loaded, total }) => progress(total === 0 ? 1 : loaded / total))
  sending.addEventListener('load', () => {
    const { status, responseText } = sending
    resolve(status < 300 ? { ok: true, value: undefined } : { ok: false, told: toldBy(responseText, status) })
  })
  for (const end of ['error', 'abort', 'timeout']) sending.addEventListener(end, () => resolve(lost))
  sending.send(file)
  return promise
}

const lost = {
  ok: false,
  told: { detail: 'No answer: is the emulator still running?', errors: [] },
} as const

function toldBy(text: string, status: number): Told {
  const { detail = `The answer was ${status}.`, errors = [] } = (parsedJson(text) ?? {}) as Partial<Told>
  return { detail, errors }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

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
