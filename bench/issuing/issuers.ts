import { join } from 'node:path'
import { bundleFunction, bundleModule, writeBundle } from '../../infra/bundle.ts'
import { parseDeployment } from '../../shared/deployment.ts'
import { startChild } from '../child.ts'
import { host } from '../event.ts'
import { region } from '../store.ts'
import type { Workbench } from '../workbench.ts'
import type { Work } from './event.ts'
import { issuingTables } from './tables.ts'
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

/** Largest quota of a caller that a deployment allows, in requests a minute. */
const callerQuota = 60_000

/** Bundles the issuers and starts a process for each. They end with the scope that declares them with `using`. */
export async function startIssuers({
  folder,
  env,
}: Pick<Workbench, 'folder' | 'env'>): Promise<AsyncDisposable & { readonly issuers: readonly Issuer[] }> {
  await using starting = new AsyncDisposableStack()
  const subject = await writeBundle(
    await bundleModule(join(import.meta.dirname, 'subject.ts'), {}),
    join(folder, 'issuing-subject'),
  )
  const ofApi = { ...env, BUCKET: bucket, BUCKET_REGION: region }
  const issuers: Issuer[] = []
  for (const name of issuerNames) {
    const file = await writeBundle(await bundleOf(name), join(folder, `issuing ${name}`))
    const options = { args: [file], env: name === 'shipped' ? ofApi : env }
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

function bundleOf(name: IssuerName) {
  const { shipped, plain, apiState } = issuingTables
  if (name !== 'shipped') {
    const configuration = { region, table: plain, bucket: name === 'same calls' ? bucket : '' }
    return bundleModule(join(import.meta.dirname, 'baseline.ts'), { BASELINE: JSON.stringify(configuration) })
  }
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions: [region],
    linkOrigin: `https://${host}`,
    linksTable: shipped,
    apiStateTable: apiState,
    secretName: 'keys',
    callerQuota,
  })
  return bundleFunction(join(import.meta.dirname, '../../api/main.ts'), deployment)
}
