import { createHash } from 'node:crypto'
import { bundleGate } from '../../../edge/gate/bundle.ts'
import { createGate, type GateRequest, type GateResult } from '../../../emulator/cloudfront/gate.ts'

/** The gate as it is deployed. */
export const gateCode = await bundleGate()

/** The gate in the emulator's engine. */
export const gate = createGate(gateCode)

/** A viewer of the tests; headers are pairs, as a name may come twice. */
export interface GateViewer {
  readonly url: string
  readonly ip?: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
}

/** Makes a viewer's request as Node.js has it. */
export function gateRequest({ url, ip = '203.0.113.7', headers = [] }: GateViewer): GateRequest {
  const rawHeaders = ['Host', 'files.example.com', ...headers.flat()]
  return { method: 'GET', url, rawHeaders, socket: { remoteAddress: ip } }
}

/** Returns what the gate decides: `pass`, the reason of its 403, or `error`. */
export function decisionOf(result: GateResult): string {
  if (result.kind !== 'response') return result.kind
  return (JSON.parse(result.body) as { reason: string }).reason
}

/** Returns the hash of a client's secret as URLs have it, computed as the contract of the URL says. */
export function clientHash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url').slice(0, 22)
}
