import { authorization } from './token.ts'

/** The fields of a problem document that the page shows. */
export interface ProblemFields {
  readonly detail: string
  readonly errors: readonly { readonly field: string; readonly got: string; readonly allowed: string }[]
}

/** A response of the emulator: a document, or a problem. */
export type ApiResponse<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ProblemFields }

/** Sends a request to a path of this origin, with `body` as JSON. Never rejects. */
export async function ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<ApiResponse<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers: { ...authorization(), ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.ok) return { ok: true, value: parsedJson(text) as T }
    return { ok: false, problem: problemIn(text, response.status) }
  } catch {
    return noResponse
  }
}

/**
 * Uploads a file into the bucket. `progress` gets the part that is done, 0 to 1, which `fetch` doesn't report. Never
 * rejects.
 */
export function upload(file: File, key: string, progress: (part: number) => void): Promise<ApiResponse<unknown>> {
  const { promise, resolve } = Promise.withResolvers<ApiResponse<unknown>>()
  const request = new XMLHttpRequest()
  request.open('PUT', `/files/${key.split('/').map(encodeURIComponent).join('/')}`)
  for (const [name, value] of Object.entries(authorization())) request.setRequestHeader(name, value)
  request.upload.addEventListener('progress', ({ loaded, total }) => progress(total === 0 ? 1 : loaded / total))
  request.addEventListener('load', () => {
    const { status, responseText: text } = request
    resolve(status < 300 ? { ok: true, value: parsedJson(text) } : { ok: false, problem: problemIn(text, status) })
  })
  for (const end of ['error', 'abort', 'timeout']) request.addEventListener(end, () => resolve(noResponse))
  request.send(file)
  return promise
}

const noResponse = {
  ok: false,
  problem: { detail: 'No response. Is the emulator still running?', errors: [] },
} as const

function problemIn(text: string, status: number): ProblemFields {
  const problem = (parsedJson(text) ?? {}) as Partial<ProblemFields>
  const { detail = `The emulator responded with status ${status}.`, errors = [] } = problem
  return { detail, errors }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
