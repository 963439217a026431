/** What a policy allows: this viewer gets the URL until it ends. */
export interface Grant {
  readonly url: string
  /** In seconds since 1970. */
  readonly endsAt: number
  /** An IPv4 address. */
  readonly address: string
}

/** Returns the text to sign (AWS, "Create a signed URL using a custom policy"). */
export function customPolicy({ url, endsAt, address }: Grant): string {
  const Condition = { DateLessThan: { 'AWS:EpochTime': endsAt }, IpAddress: { 'AWS:SourceIp': `${address}/32` } }
  return JSON.stringify({ Statement: [{ Resource: url, Condition }] })
}

/** Returns the URL with a policy and its SHA-256 signature, as the same page shows it. */
export function signedUrl(url: string, policy: string, { signature, keyPairId }: Signature): string {
  const [Policy, Signature] = [Buffer.from(policy), signature].map(urlSafe)
  return `${url}?Policy=${Policy}&Signature=${Signature}&Key-Pair-Id=${keyPairId}&Hash-Algorithm=SHA256`
}

/** A signature, and CloudFront's id of its public key. */
export interface Signature {
  readonly signature: Uint8Array
  readonly keyPairId: string
}

function urlSafe(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')
}
