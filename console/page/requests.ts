import { authorization } from './token.ts'

/** The fields of a problem document that the page shows. */
export interface ProblemFields {
  readonly detail: string
  readonly errors: readonly { readonly field: string; readonly got: string; readonly allowed: string }[]
}

/** A response of the server: a document, or a problem with its status; 0 if there is no response. */
export type ApiResponse<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ProblemFields; readonly status: number }

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
    return failure(text, response.status)
  } catch {
    return noResponse
  }
}

/** What to send with `PUT`. */
export interface Sending {
  readonly body: Blob
  readonly headers?: Readonly<Record<string, string>>
  /** Gets the part that is done, 0 to 1, which `fetch` doesn't report. */
  readonly progress: (part: number) => void
  readonly signal?: AbortSignal
}

/** Uploads bytes to a path of this origin. Never rejects. */
export function put(path: string, { body, headers = {}, progress, signal }: Sending): Promise<ApiResponse<unknown>> {
  const { promise, resolve } = Promise.withResolvers<ApiResponse<unknown>>()
  const request = new XMLHttpRequest()
  request.open('PUT', path)
  for (const [name, value] of Object.entries({ ...authorization(), ...headers })) request.setRequestHeader(name, value)
  request.upload.addEventListener('progress', ({ loaded, total }) => progress(total === 0 ? 1 : loaded / total))
  request.addEventListener('load', () => {
    const { status, responseText: text } = request
    resolve(status < 300 ? { ok: true, value: parsedJson(text) } : failure(text, status))
  })
  for (const end of ['error', 'abort', 'timeout']) request.addEventListener(end, () => resolve(noResponse))
  signal?.addEventListener('abort', () => request.abort(), { once: true })
  request.send(body)
  return promise
}

const noResponse = {
  ok: false,
  status: 0,
  problem: { detail: 'No response. Does the command that opened this page still run?', errors: [] },
} as const

function failure(text: string, status: number) {
  const problem = (parsedJson(text) ?? {}) as Partial<ProblemFields & { readonly title: string }>
  const { title = `The response has the status ${status}.`, errors = [] } = problem
  const detail = problem.detail === undefined || problem.detail === '' ? title : problem.detail
  return { ok: false, status, problem: { detail, errors } } as const
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
