import { systemClock } from '../../../shared/aws/process.ts'
import { makeCertificate } from '../../../emulator/certificate.ts'
import type { GateOrder } from '../../../emulator/cloudfront/content.ts'
import { manualClock } from '../machine/clock.ts'
import { emulatorHere } from '../emulator/emulator.ts'
import { temporaryFolder } from '../machine/folder.ts'
import { issueAt } from '../machine/http.ts'
import { type MovingProxy, movingProxy, type Passage } from './moving-proxy.ts'

/** A place where browsers meet the emulator: they keep `Secure` cookies on loopback over http too. */
export interface Place {
  readonly scheme: 'http' | 'https'
  readonly gateOrder: GateOrder
}

/** Over http, where the gate runs first. With `secure`, each scheme and each order of gate and signature comes once. */
export const plain: Place = { scheme: 'http', gateOrder: 'before-signature' }

/** Over https, where the gate runs last. */
export const secure: Place = { scheme: 'https', gateOrder: 'after-signature' }

/** An edge of an emulator behind a proxy that stands for one client's networks. */
export interface MovingSite extends MovingProxy {
  /** Moves only by `advance`. */
  readonly clock: ReturnType<typeof manualClock>
  /** Issues a link and returns its URL at the proxy. */
  issue(fields: object): Promise<string>
}

/** What a site serves, and how. */
export interface MovingSiteOptions extends Place {
  readonly bucket: string
  readonly ipv6?: boolean
  readonly pageOrigins?: readonly string[]
  /** Called for each request, with its path without a query. @default every request passes, from 127.0.0.1 */
  readonly passageOf?: (path: string) => Passage
}

/** Starts an emulator and its proxy; both end with the test. */
export async function movingSite({
  scheme,
  passageOf = () => ({}),
  ...options
}: MovingSiteOptions): Promise<MovingSite> {
  const tls = scheme === 'https' ? makeCertificate(temporaryFolder()) : undefined
  const clock = manualClock(systemClock.now())
  const { api, edges } = await emulatorHere({ ...options, clock, tls, regions: ['us-east-1'] })
  const proxy = await movingProxy(edges['us-east-1'] ?? '', { passageOf, tls })
  const issue = async (fields: object) => proxy.origin + new URL((await issueAt(api, fields)).url).pathname
  return { ...proxy, clock, issue }
}
