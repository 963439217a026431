import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { brokenCopy, removeCopy } from '../broken/copy.ts'
import { ask } from '../machine/http.ts'
import type { HandingOut } from '../gate/distribution.ts'
import type { VersionSite } from './version-site.ts'

/** What a viewer got: the content of a file, whole, or `refused`. */
export type Got = string

/** Opens a link and reads its file. */
export async function open(site: VersionSite, url: string, where: number | 'exchange' = 0): Promise<Got> {
  const file = await site.redeem(url, where)
  if (file === undefined) return 'refused'
  try {
    const { status, body } = await ask(file)
    return status === 200 ? body : 'refused'
  } catch {
    return 'refused' // the response broke off
  }
}

/** Runs edges and an exchange that don't name the version, as before. */
export async function withoutVersion(): Promise<HandingOut> {
  const root = await brokenCopy('no version', [
    {
      file: 'shared/object-key.ts',
      find: '...(versionId === undefined ? [] : [`${resourceParameters.version}=${versionId}`]),',
      replace: '',
    },
    { file: 'api/adapters/s3-presigner.ts', find: 'VersionId: versionId }', replace: '}' },
  ])
  onTestFinished(() => removeCopy(root))
  const [edge, exchange, presigner] = await Promise.all(
    ['edge/redeem/handler.ts', 'api/exchange/handler.ts', 'api/adapters/s3-presigner.ts'].map(
      file => import(join(root, file)),
    ),
  )
  return {
    createEdge: edge.createHandler,
    createExchangeHandler: exchange.createExchangeHandler,
    s3Presigner: presigner.s3Presigner,
  }
}
