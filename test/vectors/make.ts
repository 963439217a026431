import { writeFileSync } from 'node:fs'
import { signCapability } from '../../edge/redeem/capability.ts'
import { parseViewerRequest } from '../../edge/redeem/viewer-request.ts'
import { parseAddress } from '../../shared/address.ts'
import { type Link, linkIdOf } from '../../shared/link.ts'
import { mintNonce, type NonceFlags } from '../../shared/nonce.ts'
import { parseObjectKey } from '../../shared/object-key.ts'
import { type Region, regions } from '../../shared/regions.ts'
import { testKeys } from '../support/keys/keys.ts'
import { makeLink, plain, secondsFromNoon } from '../support/table/links.ts'
import { viewerRequest } from '../support/edge/viewer-request.ts'

// Writes the vectors beside this file: `npm run vectors`. README.md says when to do so.

const viewer = parseAddress('203.0.113.7')
const recipient = { viewer: viewer!, isFirst: true, ipv6: false, secret: undefined, origin: 'https://files.example.com' }

function write(name: string, vectors: unknown): void {
  writeFileSync(new URL(name, import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`)
}

function nonceVector(keySlot: number, flags: Partial<NonceFlags>, homeRegion: Region): object {
  const random = Uint8Array.from({ length: 16 }, (_, index) => index * 16 + keySlot)
  const claims = { flags: { ...plain, ...flags }, homeRegion, expiresAt: secondsFromNoon(3600) }
  const nonce = mintNonce(claims, random, { ...testKeys.mac, current: keySlot })
  return { keySlot, claims, random: Buffer.from(random).toString('hex'), nonce, linkId: linkIdOf(nonce) }
}

function urlVector(name: string, fields: Partial<Link>): object {
  const { link } = makeLink(fields)
  const { url } = signCapability(link, testKeys.signing, { ...recipient, expiresAt: secondsFromNoon(link.urlSeconds) })
  const policy = new URL(url).searchParams.get('Policy') ?? ''
  const base64 = policy.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/')
  const withoutSignature = url.replace(/Signature=[^&]+/, 'Signature=')
  return { name, link: fields, policy: Buffer.from(base64, 'base64').toString(), withoutSignature, url }
}

const key = (text: string) => ({ key: parseObjectKey(text)! })
const keys = ['report.pdf', 'a b+c&d#e.txt', '100%.pdf', '100%25.pdf', `it's "quoted"/(ü)!.bin`, '😀/日本.png']
const nonce = mintNonce({ flags: plain, homeRegion: 'us-east-1', expiresAt: secondsFromNoon(60) }, new Uint8Array(16), testKeys.mac)
const events = [
  viewerRequest({ uri: `/d/${nonce}`, headers: { Accept: 'text/html,application/xhtml+xml', Host: 'FILES.example.com:8443' } }),
  viewerRequest({ uri: '/report.pdf', clientIp: '2001:db8::1', headers: { Host: ['a.example', 'b.example'] } }),
]

write(
  'nonces.json',
  [
    nonceVector(1, {}, 'us-east-1'),
    nonceVector(1, { confirm: true, receipt: true, bound: true, media: true, client: false }, 'ap-northeast-3'),
    ...regions.slice(1, 4).map(region => nonceVector(1, { bound: true }, region)),
    nonceVector(2, {}, 'us-east-1'),
    nonceVector(1, { confirm: true, receipt: true, extended: true }, 'us-east-1'),
    nonceVector(1, { confirm: true, receipt: true, upload: true }, 'us-east-1'),
  ],
)
write('signed-urls.json', [
  ...keys.map(text => urlVector(text, key(text))),
  urlVector('a file name', { ...key('report.pdf'), filename: 'Résumé "final" 100%.pdf' }),
  urlVector('bound to a prefix, an hour', { ...key('report.pdf'), bind: 'prefix', urlSeconds: 3600 }),
  urlVector('bound to nothing', { ...key('report.pdf'), bind: 'none', urlSeconds: 5 }),
])
write(
  'events.json',
  events.map(event => ({ event, request: parseViewerRequest(event) })),
)
