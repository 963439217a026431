import type { ReceivedState } from '../shared/schemas/types.ts'
import type { UploadProgress } from './calls.ts'
import { ProblemError } from './problem.ts'
import { call, type Transport } from './requests.ts'
import { isReceivedState } from './shapes.ts'
import { patienceMs, sendParts } from './upload-parts.ts'

/** The one upload of a link that takes a file. Each call rejects as those of the client. */
export interface Receiving {
  /** Returns what the link takes, and what has arrived. */
  state(): Promise<ReceivedState>
  /**
   * Sends a file, and returns what was received. Goes on with the open upload if that is of a file with this name and size, and sends only
   * what has not arrived with the same content; otherwise begins another in its place. Aborting `signal` leaves what has arrived.
   */
  send(file: File, options: SendOptions): Promise<ReceivedState>
}

/** How to send a file. */
interface SendOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: UploadProgress) => void
}

/** Returns the upload of which `token` is the right. No error contains it. */
export function receivingWith(token: string, transport: Transport): Receiving {
  const headers = { 'once-upload': token }
  const common = { headers, secret: token }
  const state = async () =>
    call({ method: 'GET', path: '/received', ...common, isExpected: isReceivedState }, transport)
  async function openFor({ name, size, type }: File, isNew: boolean, signal: AbortSignal) {
    const { upload } = isNew ? {} : await state()
    // Some files have no type, and others one with parameters.
    const file = { filename: name, bytes: size, type: type || 'application/octet-stream' }
    if (upload?.filename === name && upload.bytes === size) return upload
    const request = { method: 'POST', path: '/received', body: file, signal, ...common } as const
    return (await call({ ...request, isExpected: isReceivedState }, transport)).upload
  }
  return {
    state,
    async send(file, { signal, onProgress }) {
      const patient = { ...transport, attempts: Infinity }
      for (let isNew = false; ; isNew = true) {
        const upload = await openFor(file, isNew, signal)
        if (upload === undefined) return state()
        const at = { path: `/received/${upload.id}`, headers } as const
        const { bytes, sha256 } = await sendParts(file, {
          at,
          state: upload,
          bytes: file.size,
          signal,
          onProgress,
          transport: patient,
        })
        const path = `${at.path}/complete` as const
        const request = {
          method: 'POST',
          path,
          body: { bytes, sha256 },
          signal,
          totalMs: patienceMs,
          ...common,
        } as const
        try {
          return await call({ ...request, isExpected: isReceivedState }, patient)
        } catch (error) {
          // What had arrived is of another file with this name and size.
          const isOther = error instanceof ProblemError && error.reason === 'upload-incomplete'
          if (!isOther || isNew) throw error
        }
      }
    },
  }
}
