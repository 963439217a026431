import { webcrypto } from 'node:crypto'

/**
 * Verifies a signed URL by the documentation alone: with WebCrypto, without our code and without AWS's signer. Reads a
 * custom policy and a P-256 or RSA key as SPKI. Throws if the signature is wrong. The emulator has a check of its own,
 * emulator/cloudfront/signed-request.ts.
 */
export async function verifyIndependently(
  url: string,
  spki: Uint8Array<ArrayBuffer>,
): Promise<{ resource: string; before: number; ip?: string }> {
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1).replaceAll('+', '%2B'))
  const policy = decode(query.get('Policy'))
  const signature = decode(query.get('Signature'))
  if (query.get('Hash-Algorithm') !== 'SHA256') throw new Error('not SHA256')
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const isEc = spki.length < 200
  const key = await webcrypto.subtle.importKey('spki', spki, isEc ? ecdsa : rsa, false, ['verify'])
  const raw = isEc ? rawOfDer(signature) : signature
  if (!(await webcrypto.subtle.verify(isEc ? ecdsa : rsa, key, raw, policy)))
    throw new Error('signature does not verify')
  const parsed = JSON.parse(new TextDecoder().decode(policy)) as {
    Statement: [
      { Resource: string; Condition: { DateLessThan: Record<string, number>; IpAddress?: Record<string, string> } },
    ]
  }
  if (parsed.Statement.length !== 1) throw new Error('not one statement')
  const [{ Resource, Condition }] = parsed.Statement
  const ip = Condition.IpAddress?.['AWS:SourceIp']
  return {
    resource: Resource,
    before: Condition.DateLessThan['AWS:EpochTime'] ?? 0,
    ...(ip === undefined ? {} : { ip }),
  }
}

function decode(text: string | null): Uint8Array<ArrayBuffer> {
  const binary = atob((text ?? '').replace(/[-_~]/g, mark => ({ '-': '+', _: '=', '~': '/' })[mark] ?? mark))
  return Uint8Array.from(binary, character => character.codePointAt(0) ?? 0)
}

/** Converts DER `SEQUENCE { INTEGER r, INTEGER s }` to r and s in 32 bytes each, as WebCrypto expects. */
function rawOfDer(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array(64)
  let at = 2
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0
    const integer = der.slice(at + 2, at + 2 + length)
    const digits = integer[0] === 0 ? integer.slice(1) : integer
    raw.set(digits, end - digits.length)
    at += 2 + length
  }
  return raw
}
