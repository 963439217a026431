import { unlessAborted } from '../../client/abortable.ts'
import type { Ports } from '../ports/ports.ts'

/** Attempts to open a link. Permissions of a new role take some seconds to arrive everywhere (IAM, "Troubleshoot"). */
const maxAttempts = 12
const pauseMs = 5_000

/**
 * Opens a link of a new deployment, again while the edge says that it can't yet: twelve times in a minute. Resolves to the last response.
 * Rejects as `open` does, or if the signal is aborted.
 */
export async function untilReady<T extends { readonly status: number }>(
  open: () => Promise<T>,
  { ports, signal }: { readonly ports: Pick<Ports, 'clock'>; readonly signal: AbortSignal },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await open()
    if (response.status < 500 || attempt >= maxAttempts) return response
    await unlessAborted(ports.clock.pause(pauseMs), signal)
  }
}
