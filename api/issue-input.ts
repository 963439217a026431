import { assert } from '../shared/errors.ts'
import type { Parsed } from '../shared/fields.ts'
import type { Media } from '../shared/link.ts'
import type { Network } from '../shared/network.ts'
import type { ObjectKey, VersionId } from '../shared/object-key.ts'
import type { Passphrase } from '../shared/passphrase.ts'
import { issueLink } from '../shared/schemas/issue-link.ts'
import type { IssueLink } from '../shared/schemas/types.ts'
import type { EpochSeconds } from '../shared/time.ts'
import { parsers, reader } from './schema-reader.ts'

/**
 * A parsed body of `POST /links`. It is valid by the schema, but not checked against deployment and clock yet. It lacks what
 * the issuer left out.
 */
export type IssueInput = Readonly<
  Omit<
    IssueLink,
    'key' | 'versionId' | 'allowMissing' | 'expiresAt' | 'notBefore' | 'network' | 'confirm' | 'media' | 'passphrase'
  >
> & {
  readonly key: ObjectKey
  readonly versionId?: VersionId
  readonly allowMissing?: true
  readonly expiresAt?: EpochSeconds
  readonly notBefore?: EpochSeconds
  readonly network?: Network
  readonly confirm?: true
  readonly media?: true | Media
  /** `true` if the API makes it. */
  readonly passphrase?: true | Passphrase
}

const readBody = reader(issueLink)

/**
 * Parses the body of `POST /links`, or returns every field that breaks the schema. Fields are in a fixed order, and `false` is
 * left out where it means the same as nothing, so that equal requests have equal text.
 */
export function parseIssueInput(body: unknown): Parsed<IssueInput> {
  const read = readBody(body)
  return read.ok ? { ok: true, value: inputOf(read.value) } : read
}

/** The order of these fields goes into the fingerprint of an idempotency record: see `newRecord`. */
function inputOf(body: IssueLink): IssueInput {
  const { key, expiresIn, expiresAt, notBefore, urlSeconds, bind, network, filename } = body
  const { homeRegion, reference, confirm, receipt, media, versionId, allowMissing, passphrase, maxTries } = body
  return {
    key: parseAs('object-key', key),
    ...(versionId !== undefined && { versionId: parseAs('version-id', versionId) }),
    ...(allowMissing === true && { allowMissing }),
    ...(expiresIn !== undefined && { expiresIn }),
    ...(expiresAt !== undefined && { expiresAt: parseAs('date-time', expiresAt) }),
    ...(notBefore !== undefined && { notBefore: parseAs('date-time', notBefore) }),
    ...(urlSeconds !== undefined && { urlSeconds }),
    ...(bind !== undefined && { bind }),
    ...(network !== undefined && { network: parseAs('ip-network', network) }),
    ...(filename !== undefined && { filename }),
    ...(homeRegion !== undefined && { homeRegion }),
    ...(reference !== undefined && { reference }),
    ...(confirm === true && { confirm }),
    // `false` is kept here: with a confirmation or media, or where KMS signs, the default is true.
    ...(receipt !== undefined && { receipt }),
    ...(media !== undefined && media !== false && { media }),
    ...(passphrase !== undefined && passphrase !== false && { passphrase: readPassphrase(passphrase) }),
    ...(maxTries !== undefined && { maxTries }),
  }
}

function readPassphrase(passphrase: true | string): true | Passphrase {
  return passphrase === true ? passphrase : parseAs('passphrase', passphrase)
}

function parseAs<F extends keyof typeof parsers>(
  format: F,
  text: string,
): NonNullable<ReturnType<(typeof parsers)[F]>> {
  const value = parsers[format](text)
  assert(value !== undefined, `the schema accepts only text of format ${format}`)
  return value as NonNullable<ReturnType<(typeof parsers)[F]>>
}
