import { join } from 'node:path'
import type { Certificate } from '../../../emulator/certificate.ts'
import { parseKeys } from '../../../shared/secrets/keys.ts'
import { itemOfLink } from '../../../shared/table/link-item.ts'
import { startChild } from '../child.ts'
import { sampleLink } from '../nonces.ts'
import type { ServiceAnswer, ServiceQuestion } from './service.ts'

/** What is there instead of AWS: a process behind TLS that gives the secret, and lets each write find its link. */
export interface Store {
  /** `https://127.0.0.1:PORT` */
  readonly endpoint: string
  /** Path of the certificate to trust. */
  readonly certificateFile: string
  /** Returns the number of calls by operation since the last count. */
  calls(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

/** Starts the store with a certificate. Secrets Manager has `secret`. */
export async function startStore({ certificateFile, ...identity }: Certificate, secret: string): Promise<Store> {
  await using starting = new AsyncDisposableStack()
  const service = starting.adopt(
    await startChild<ServiceQuestion, ServiceAnswer>(join(import.meta.dirname, 'service.ts'), { env: {} }),
    each => each.close(),
  )
  const item = itemOfLink(sampleLink(parseKeys(secret).mac))
  const { port } = (await service.ask({ kind: 'start', ...identity, secret, item })) as { port: number }
  const started = starting.move()
  return {
    endpoint: `https://127.0.0.1:${port}`,
    certificateFile,
    calls: async () => (await service.ask({ kind: 'count' })) as Readonly<Record<string, number>>,
    close: () => started.disposeAsync(),
  }
}
