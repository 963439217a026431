import { assert } from '../shared/errors.ts'
import type { Parsed } from '../shared/fields.ts'
import type { Media } from '../shared/link.ts'
import type { Network } from '../shared/network.ts'
import type { ObjectKey } from '../shared/object-key.ts'
import { issueLink } from '../shared/schemas/issue-link.ts'
import type { IssueLink } from '../shared/schemas/types.ts'
import type { EpochSeconds } from '../shared/time.ts'
import { parsers, reader } from './schema-reader.ts'

/**
 * A body of `POST /links` with its text read: right by the schema, and not held against deployment and clock yet. What the
 * issuer left out is not in it.
 */
export type IssueInput = Readonly<
  Omit<IssueLink, 'key' | 'expiresAt' | 'notBefore' | 'network' | 'confirm' | 'media'>
> & {
  readonly key: ObjectKey
  readonly expiresAt?: EpochSeconds
  readonly notBefore?: EpochSeconds
  readonly network?: Network
  readonly confirm?: true
  readonly media?: true | Media
}

const readBody = reader(issueLink)

/**
 * Reads the body of `POST /links`; every field that is wrong in itself is named. Its fields come in one order, so that equal
 * requests look equal, and `false` where that is the same as nothing is left out.
 */
export function parseIssueInput(body: unknown): Parsed<IssueInput> {
  const read = readBody(body)
  return read.ok ? { ok: true, value: askedIn(read.value) } : read
}

/** The order of these fields is part of what an Idempotency-Key stands for: see `claimFor`. */
function askedIn(body: IssueLink): IssueInput {
  const { key, expiresIn, expiresAt, notBefore, urlSeconds, bind, network, filename } = body
  const { homeRegion, reference, confirm, receipt, media } = body
  return {
    key: readAs('object-key', key),
    ...(expiresIn !== undefined && { expiresIn }),
    ...(expiresAt !== undefined && { expiresAt: readAs('date-time', expiresAt) }),
    ...(notBefore !== undefined && { notBefore: readAs('date-time', notBefore) }),
    ...(urlSeconds !== undefined && { urlSeconds }),
    ...(bind !== undefined && { bind }),
    ...(network !== undefined && { network: readAs('ipv4-network', network) }),
    ...(filename !== undefined && { filename }),
    ...(homeRegion !== undefined && { homeRegion }),
    ...(reference !== undefined && { reference }),
    ...(confirm === true && { confirm }),
    // Unlike the others' `false`, it is no default where a confirmation is asked for, or KMS signs.
    ...(receipt !== undefined && { receipt }),
    ...(media !== undefined && media !== false && { media }),
  }
}

function readAs<F extends keyof typeof parsers>(format: F, text: string): NonNullable<ReturnType<(typeof parsers)[F]>> {
  const value = parsers[format](text)
  assert(value !== undefined, `the schema lets nothing through that is no ${format}`)
  return value as NonNullable<ReturnType<(typeof parsers)[F]>>
}
