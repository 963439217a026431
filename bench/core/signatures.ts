import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { getSignedUrl } from '@aws-sdk/cloudfront-signer'
import { signCapability } from '../../edge/capability.ts'
import { parseAddress } from '../../shared/address.ts'
import { parseKeys } from '../../shared/keys.ts'
import { type EpochMs, secondsOf } from '../../shared/time.ts'
import { localSecret } from '../../emulator/local-secret.ts'
import { makeRsaPem } from '../contenders.ts'
import { host } from '../event.ts'
import { type Measured, type Row, Samples } from '../measurement.ts'
import { mintLinks } from '../nonces.ts'
import type { Workbench } from '../workbench.ts'

/** How long each way to sign runs in a round, in milliseconds. */
const roundMs = 250

/** A way to sign, with the key in two forms. PEM is parsed again for each signature. */
interface SigningMethod {
  readonly name: string
  /** Undefined if the way doesn't support PEM. */
  readonly fromPem?: () => unknown
  readonly fromKeyObject?: () => unknown
}

/** Measures signatures per second of CPU, in this process. */
export async function measureSignatures({ rounds, say }: Pick<Workbench, 'rounds' | 'say'>): Promise<Measured> {
  const methods = signingMethods()
  const samples = new Samples()
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, fromPem, fromKeyObject } of methods) {
      if (fromPem !== undefined) samples.add(`PEM ${name}`, perCpuSecond(fromPem))
      if (fromKeyObject !== undefined) samples.add(`KeyObject ${name}`, perCpuSecond(fromKeyObject))
    }
    say(`  ${methods.map(({ name }) => `${name} ${samples.of(`KeyObject ${name}`).at(-1)?.toFixed(0)}`).join(', ')}`)
  }
  const rows = methods.map(({ name, fromPem, fromKeyObject }): Row => {
    const left = fromKeyObject && samples.of(`KeyObject ${name}`)
    return { name, unit: 'per CPU second', left, right: fromPem && samples.of(`PEM ${name}`) }
  })
  return { table: { title: 'Signatures', columns: ['KeyObject', 'PEM'], rows, notes }, figures: {} }
}

const notes = ['node:crypto signs the text of a policy; the other rows build the whole URL. Higher is better.']

const [path, address] = ['releases/2026/11/handbook-of-the-edge-en.pdf', '203.0.113.7']

function signingMethods(): readonly SigningMethod[] {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const p256Pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  const [rsa, p256] = [makeRsaPem(), p256Pem].map(pem => ({ pem, keyObject: createPrivateKey(pem) }))
  if (rsa === undefined || p256 === undefined) return []
  return [
    { name: 'node:crypto, RSA-2048', ...bothForms(rsa, signPolicy) },
    { name: 'node:crypto, P-256', ...bothForms(p256, signPolicy) },
    { name: 'getSignedUrl, RSA-2048', ...bothForms(rsa, signOfficially) },
    { name: 'getSignedUrl, P-256', ...bothForms(p256, signOfficially) },
    { name: 'signCapability, P-256', fromKeyObject: capabilitySigner() },
  ]
}

function bothForms(
  { pem, keyObject }: { pem: string; keyObject: KeyObject },
  signer: (key: KeyObject | string) => void,
) {
  return { fromPem: () => signer(pem), fromKeyObject: () => signer(keyObject) }
}

function signPolicy(key: KeyObject | string): void {
  const condition = { DateLessThan: { 'AWS:EpochTime': 1_795_521_630 }, IpAddress: { 'AWS:SourceIp': `${address}/32` } }
  const policy = JSON.stringify({ Statement: [{ Resource: `https://${host}/${path}`, Condition: condition }] })
  sign('sha256', Buffer.from(policy), key)
}

/** Signs with CloudFront's signer. Its types allow only PEM, but node:crypto, which gets the key, accepts both. */
function signOfficially(key: KeyObject | string): void {
  const dateLessThan = new Date(1_795_521_630_000)
  const input = { url: `https://${host}/${path}`, keyPairId: 'KBENCH', dateLessThan, ipAddress: address }
  getSignedUrl({ ...input, privateKey: key as string, algorithm: 'SHA256' })
}

function capabilitySigner(): () => void {
  const { signing, mac } = parseKeys(localSecret().text)
  const [link, viewer] = [mintLinks(1, mac)[0]?.link, parseAddress(address)]
  if (link === undefined || viewer === undefined || signing.kind !== 'secret')
    throw new Error('the bench could not make a link to sign')
  const bearer = { viewer, isFirst: true, ipv6: false, secret: undefined }
  const grantee = { ...bearer, origin: `https://${host}`, expiresAt: secondsOf(1_795_521_630_000 as EpochMs) }
  return () => void signCapability(link, signing, grantee)
}

function perCpuSecond(signOnce: () => unknown): number {
  for (let warmUp = 0; warmUp < 20; warmUp += 1) signOnce()
  let signatures = 0
  const before = process.cpuUsage()
  for (const until = performance.now() + roundMs; performance.now() < until; signatures += 1) signOnce()
  const { user, system } = process.cpuUsage(before)
  return signatures / ((user + system) / 1e6)
}
