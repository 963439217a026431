import { generateKeyPairSync } from 'node:crypto'
import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import type { EdgeDeployment } from '../shared/settings/deployment.ts'
import type { Keys } from '../shared/secrets/keys.ts'
import { linkIdOf } from '../shared/link.ts'
import type { LinkItem } from '../shared/table/link-item.ts'
import { macKeyOf, mintNonce, type Nonce, noFlags } from '../shared/nonce.ts'
import { dynamodbLinkTable } from '../shared/redemption/dynamodb-link-table.ts'
import { plusSeconds, secondsOf } from '../shared/time.ts'
import { createHandler } from './redeem/handler.ts'
import type { EdgePorts } from './ports.ts'
import { linkPath } from './redeem/viewer-request.ts'

/**
 * Redeems a link of its own in memory, with a handler of its own, so that what a redemption runs is compiled. It calls
 * nothing and logs nothing. Its keys are drawn here and forgotten here, so what they sign is valid nowhere.
 */
export async function rehearseRedemption(
  { clock, random }: Pick<EdgePorts, 'clock' | 'random'>,
  deployment: EdgeDeployment,
  edgeRegion: string,
): Promise<CloudFrontResultResponse> {
  const [homeRegion] = deployment.homeRegions
  const expiresAt = plusSeconds(secondsOf(clock.now()), 60)
  const keys = drawKeys(random)
  const nonce = mintNonce({ flags: noFlags, homeRegion, expiresAt }, random(16), keys.mac)
  const Attributes: LinkItem = {
    id: { S: linkIdOf(nonce) },
    key: { S: 'rehearsal' },
    homeRegion: { S: homeRegion },
    bind: { S: 'exact' },
    expiresAt: { N: String(expiresAt) },
    urlSeconds: { N: '30' },
  }
  const table = dynamodbLinkTable('rehearsal', { send: async () => ({ Attributes }) })
  const ports = { clock, random, keyring: { current: async () => keys }, table, log: () => undefined }
  return createHandler(ports, deployment, edgeRegion)(requestFor(nonce))
}

function drawKeys(random: EdgePorts['random']): Keys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const mac = { current: 0, bySlot: new Map([[0, macKeyOf(random(32))]]) }
  return { signing: { keyPairId: 'REHEARSAL', privateKey }, mac }
}

/** Returns the event of a browser. The addresses are for documentation (RFC 5737, RFC 2606). */
function requestFor(nonce: Nonce): CloudFrontRequestEvent {
  const header = (value: string) => [{ value }]
  const headers = {
    host: header('rehearsal.example.com'),
    'user-agent': header('Mozilla/5.0 (Windows NT 10.0; Win64; x64)'),
    accept: header('text/html'),
  }
  const request = { method: 'GET', uri: linkPath + nonce, querystring: '', clientIp: '192.0.2.1', headers }
  return { Records: [{ cf: { config: { requestId: '' }, request } }] } as unknown as CloudFrontRequestEvent
}
