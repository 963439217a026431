import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { createHandler as createApi } from '../../api/handler.ts'
import { systemClock } from '../../edge/adapters/system-clock.ts'
import { createHandler as createEdge } from '../../edge/handler.ts'
import { serveViewers } from '../../emulator/distribution.ts'
import { type Directory, serveFront } from '../../emulator/front.ts'
import { listenOnLoopback } from '../../emulator/loopback.ts'
import { folderOrigin } from '../../emulator/origin.ts'
import { serveRestApi } from '../../emulator/rest-api.ts'
import { testDeployment } from './deployment.ts'
import { temporaryFolder } from './folder.ts'
import { testKeyGroup, testKeyring } from './keys.ts'
import { memoryAnswers } from './memory-answers.ts'
import type { Store } from './memory-store.ts'

/** Three edges and an api over HTTP on any store at all, even a broken one; ended with the test. */
export async function distributionOn({ table, links }: Store): Promise<Directory> {
  const homeRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
  const [api, ...edges] = await Promise.all([listenOnLoopback(0), ...homeRegions.map(() => listenOnLoopback(0))])
  onTestFinished(async () => {
    await Promise.all([api, ...edges].map(server => server.close()))
  })
  const deployment = testDeployment({ homeRegions, linkOrigin: edges[0]?.origin ?? '' })
  const common = { clock: systemClock, random: randomBytes, keyring: testKeyring, log: () => undefined }
  const viewerRequest = createEdge({ ...common, table }, deployment, 'us-east-1')
  const origin = folderOrigin(temporaryFolder())
  for (const edge of edges)
    edge.serve(serveViewers({ viewerRequest, keyGroup: testKeyGroup, origin, now: systemClock.now }))
  const directory = {
    api: api.origin,
    edges: Object.fromEntries(homeRegions.map((region, index) => [region, edges[index]?.origin ?? ''])),
  }
  const issuer = createApi({ ...common, links, answers: memoryAnswers() }, deployment, 'us-east-1')
  api.serve(serveFront(directory, serveRestApi(issuer)))
  return directory
}
