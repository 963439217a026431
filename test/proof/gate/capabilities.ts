import { getSignedCookies, getSignedUrl } from '@aws-sdk/cloudfront-signer'
import { createHash } from 'node:crypto'
import { clientHash } from '../../support/gate/gate.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { secondsFromNoon } from '../../support/table/links.ts'

/** Origin of link and content. */
export const site = 'https://files.example.com'

/** A signed URL, and who may use it. */
export interface Capability {
  readonly url: string
  /** Address of the viewer that got it. */
  readonly ip: string
  /** Id of the link. */
  readonly link: string
  /** The client's secret, if it has one. */
  readonly secret?: string
  /** Whether the address alone lets its viewer pass. */
  readonly byAddress: boolean
}

/** Returns 22 or 43 characters that no one can guess. */
const random = (text: string, length = 22) => createHash('sha256').update(text).digest('base64url').slice(0, length)

const { keyPairId, privateKey } = testKeys.signing
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const expiry = { DateLessThan: { 'AWS:EpochTime': secondsFromNoon(3600) } }

/** Signs a URL as the edge does, with AWS's signer: all parameters of the binding are in the Resource. */
function signed(path: string, query: string, network?: string): string {
  const url = `${site}${path}${query && `?${query}`}`
  const condition = { ...expiry, ...(network && { IpAddress: { 'AWS:SourceIp': network } }) }
  const policy = JSON.stringify({ Statement: [{ Resource: url, Condition: condition }] })
  return getSignedUrl({ url, policy, keyPairId, privateKey: pem, algorithm: 'SHA256' })
}

interface Binding {
  readonly ip: string
  /** Value of `a`. */
  readonly a?: string
  /** Length of the secret. */
  readonly secret?: 22 | 43
  /** Parameters of S3. */
  readonly s3?: string
}

function capability(path: string, { ip, a, secret: length, s3 }: Binding): Capability {
  const link = random(`link of ${path}`)
  const secret = length && random(`secret of ${path}`, length)
  const query = [s3, `l=${link}`, a && `a=${a}`, secret && `c=${clientHash(secret)}`].filter(Boolean).join('&')
  return { url: signed(path, query), ip, link, ...(secret && { secret }), byAddress: a !== undefined }
}

const [ipv4, ipv6] = ['203.0.113.7', '2001:db8:1:2::9']
const s3 = 'response-content-disposition=attachment%3B%20filename%3D%22a.pdf%22&versionId=3.L4kqtJlcpXroDTDmJ'

/** What the thief wants. It knows these URLs, from a log or a history, and no secret. */
export const victims: readonly Capability[] = [
  capability('/victim/exact.pdf', { ip: ipv4, a: '4cb007107' }),
  capability('/victim/prefix.pdf', { ip: '192.0.2.7', a: '4c00002' }),
  capability('/victim/ipv6.pdf', { ip: ipv6, a: '620010db800010002' }),
  capability('/victim/client.mp4', { ip: ipv4, a: '4cb007107', secret: 22, s3 }),
  capability('/victim/client-ipv6.mp4', { ip: ipv6, a: '620010db800010002', secret: 22 }),
  capability('/victim/repeated.mp4', { ip: ipv4, secret: 22, s3 }),
  capability('/victim/client-only.mp4', { ip: ipv6, secret: 22 }),
  capability('/victim/program.bin', { ip: ipv4, secret: 43, s3 }),
  { url: signed('/victim/native.pdf', '', ipv4), ip: ipv4, link: random('native'), byAddress: true },
]

/** What the thief got with links of its own. */
export const own = {
  ip: '198.51.100.9',
  capabilities: [
    capability('/thief/exact.pdf', { ip: '198.51.100.9', a: '4c6336409' }),
    capability('/thief/client.mp4', { ip: '198.51.100.9', a: '4c6336409', secret: 22, s3 }),
    capability('/thief/client-only.mp4', { ip: '198.51.100.9', secret: 22 }),
    capability('/thief/program.bin', { ip: '198.51.100.9', secret: 43 }),
    { url: signed('/thief/none.pdf', ''), ip: '', link: random('none'), byAddress: true },
  ] satisfies readonly Capability[],
  /** Cookies for its own folder. */
  folderCookies: Object.entries(
    getSignedCookies({
      policy: JSON.stringify({ Statement: [{ Resource: `${site}/thief/film/*`, Condition: expiry }] }),
      keyPairId,
      privateKey: pem,
      algorithm: 'SHA256',
    }),
  ).map(([name, value]) => `${name}=${value}`),
}
