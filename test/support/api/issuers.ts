import type { APIGatewayEventIdentity } from 'aws-lambda'
import { type Issuer, parseIssuers } from '../../../shared/callers/issuers.ts'

/** Makes a list of issuers; throws if one is wrong. */
export function issuersOf(...entries: readonly Issuer[]): readonly Issuer[] {
  const parsed = parseIssuers(entries)
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.invalid))
  return parsed.value
}

const account = '111122223333'

/** Returns the ARN of a role for a list of issuers. */
export const roleArn = (role: string, of: string = account) => `arn:aws:iam::${of}:role/${role}`

/** Returns a caller with this role, as API Gateway reports one of its sessions. */
export function asRole(
  role: string,
  of: string = account,
): { user: string; identity: Partial<APIGatewayEventIdentity> } {
  const user = `AROA${role.replaceAll(/[^\w]/g, '').toUpperCase()}:session`
  return { user, identity: { accountId: of, user, userArn: `arn:aws:sts::${of}:assumed-role/${role}/session` } }
}

/** Returns a caller with a token, as the authorizer reports it. */
export function asToken(subject: string, groups: readonly string[] = [], expiresAt = 4_000_000_000) {
  const issuer = 'https://login.example.com'
  const authorizer = { issuer, subject, groups: JSON.stringify(groups), expiresAt: String(expiresAt) }
  return { authorizer, user: '', identity: { accountId: null } } as const
}
