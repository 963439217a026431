import { createRequire } from 'node:module'

/** What the tests use of the npm package standardwebhooks, the reference implementation. */
interface Reference {
  readonly Webhook: new (secret: string) => {
    sign(id: string, timestamp: Date, payload: string): string
    verify(payload: string, headers: Record<string, string>): unknown
  }
}

const tools = createRequire(createRequire(import.meta.url).resolve('#tools'))

/** The reference implementation of Standard Webhooks; undefined if it is not installed (npm ci --prefix tools). */
export function referenceWebhooks(): Reference | undefined {
  try {
    return tools('standardwebhooks') as Reference
  } catch {
    return undefined
  }
}

/** Why the reference can't be compared with; undefined if it can. */
export const missingReference =
  referenceWebhooks() === undefined ? 'standardwebhooks is not installed (npm ci --prefix tools)' : undefined
