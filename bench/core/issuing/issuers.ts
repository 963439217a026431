import { join } from 'node:path'
import { callerQuotaRange } from '../../../shared/deployment.ts'
import { startChild } from '../../child.ts'
import { bundleBaseline, bundleShipped, bundleTool, type Contender } from '../../contenders.ts'
import { region } from '../../store/store.ts'
import { sectionTables, type Workbench } from '../../workbench.ts'
import type { Work } from './event.ts'
import type { WorkReply, WorkResult } from './subject.ts'

/** The API as it ships; the plain SDK with the same writes; and the plain SDK with the same calls, HeadObject too. */
export const issuerNames = ['shipped', 'same writes', 'same calls'] as const

/** One of the compared issuers. */
export type IssuerName = (typeof issuerNames)[number]

/** A process that issues and lists links. */
export interface Issuer {
  readonly name: IssuerName
  /** Does some work and measures it. Rejects if a link is missing. */
  work(work: Work): Promise<WorkResult>
}

const bucket = 'bench-files'

/** Bundles the issuers and starts a process for each. They end with the scope that declares them with `using`. */
export async function startIssuers({
  folder,
  env,
}: Pick<Workbench, 'folder' | 'env'>): Promise<AsyncDisposable & { readonly issuers: readonly Issuer[] }> {
  await using starting = new AsyncDisposableStack()
  const subject = await bundleTool('core/issuing/subject', folder)
  const issuers: Issuer[] = []
  for (const name of issuerNames) {
    const { file, env: own } = await bundle(name, join(folder, `issuing ${name}`))
    const options = { args: [file], env: { ...env, ...own } }
    const child = starting.adopt(await startChild<Work, WorkReply>(subject, options), each => each.close())
    issuers.push({
      name,
      async work(work) {
        const reply = (await child.ask(work)) as Exclude<WorkReply, 'ready'>
        if ('error' in reply) throw new Error(`${name} failed: ${reply.error}`)
        return reply.result
      },
    })
  }
  const started = starting.move()
  return { issuers, [Symbol.asyncDispose]: () => started.disposeAsync() }
}

function bundle(name: IssuerName, folder: string): Promise<Contender> {
  const { issued, issuedPlainly } = sectionTables
  if (name === 'shipped') {
    const env = { BUCKET: bucket, BUCKET_REGION: region }
    return bundleShipped(folder, issued, { entry: 'api/main.ts', env, callerQuota: callerQuotaRange.max })
  }
  return bundleBaseline(folder, issuedPlainly, { entry: 'issuing.ts', bucket: name === 'same calls' ? bucket : '' })
}
