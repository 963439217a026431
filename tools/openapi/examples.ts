import type { ApiReason } from '../../shared/api/refusal.ts'
import type { InvalidField } from '../../shared/fields.ts'
import { objectKeyRule } from '../../shared/object-key.ts'
import { issueLink } from '../../shared/schemas/issue-link.ts'
import type {
  IssuedLink,
  LinkView,
  ReceivedState,
  RevokedLink,
  SignedParts,
  UploadState,
} from '../../shared/schemas/types.ts'
import type { Example } from './operation.ts'

/** Nonce of the link in the examples. It has the right form, but no key made it. */
export const exampleNonce = 'EAMBawbNwClyuwRNlt8ocboDTJXeJ3Bh-I8mvVTrghk'

/** Id of the link with that nonce. */
export const exampleId = 'WojifA-4tXhO-T-kfIiekV'

/** Requests for links. */
export const exampleLinks = {
  plain: { summary: 'For a day, with a signed URL for 30 seconds', value: { key: 'hello.txt' } },
  mail: {
    summary: 'For a mail, where scanners open links before people do',
    value: { key: 'reports/2026-11.pdf', confirm: true, filename: 'Report November.pdf', reference: 'case 17' },
  },
  partner: {
    summary: 'For one network, from a later time, in the Region of its viewers',
    value: {
      key: 'exports/full.csv.gz',
      notBefore: '2026-11-24T18:00:00Z',
      expiresAt: '2026-11-26T06:00:00Z',
      network: '203.0.113.0/24',
      bind: 'prefix',
      urlSeconds: 600,
      receipt: true,
      homeRegion: 'eu-west-1',
    },
  },
  large: {
    summary: 'A large file for people on the move: a download that breaks off can go on',
    value: { key: 'exports/disk.img', bind: 'client' },
  },
  upload: {
    summary: 'A link that takes a file',
    value: {
      upload: { prefix: 'clinic/', maxBytes: 50_000_000, types: ['application/pdf'] },
      sender: 'Klinikum am Park',
    },
  },
  film: { summary: 'A film in segments', value: { key: 'film/index.m3u8', media: true, urlSeconds: 7200 } },
} as const satisfies Readonly<Record<string, Example>>

/** What S3 says of its object. */
const exampleObject = {
  pinned: true,
  versionId: '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH',
  size: 4_404_019,
  etag: '"9b2cf535f27731c974343645a3985328-1"',
  contentType: 'application/pdf',
} as const

/** The response to the first one. */
export const exampleIssued: IssuedLink = {
  id: exampleId,
  url: `https://d111111abcdef8.cloudfront.net/d/${exampleNonce}`,
  expiresAt: '2026-11-25T12:00:00Z',
  homeRegion: 'us-east-1',
  urlSeconds: 30,
  bind: 'exact',
  ...exampleObject,
}

/** A link that is not used yet. */
export const exampleView: LinkView = {
  id: exampleId,
  state: 'live',
  key: 'reports/2026-11.pdf',
  ...exampleObject,
  homeRegion: 'us-east-1',
  issuedAt: '2026-11-24T12:00:00Z',
  expiresAt: '2026-11-25T12:00:00Z',
  urlSeconds: 30,
  bind: 'exact',
  filename: 'Report November.pdf',
  reference: 'case 17',
  confirm: true,
  media: false,
  receipt: null,
  unredeemed: { unconfirmed: 2, automated: 1, probed: 0, refusedAfterUse: 0, lastAt: '2026-11-24T12:00:03Z' },
}

/** The same link after its use. */
export const exampleUsed: LinkView = {
  ...exampleView,
  state: 'used',
  receipt: {
    redeemedAt: '2026-11-24T12:00:05Z',
    urlExpiresAt: '2026-11-24T12:00:35Z',
    edgeRegion: 'eu-west-1',
    viewer: '203.0.113.0/24',
    userAgent: 'Firefox',
  },
}

/** The response to its revocation after that. */
export const exampleRevoked: RevokedLink = {
  id: exampleId,
  state: 'revoked',
  capabilityEndsAt: '2026-11-24T12:00:35Z',
}

/** Id of a request. */
export const exampleRequestId = '6e3f2a90-5b1c-4d7e-8f60-1a2b3c4d5e6f'

/** Errors by the reasons that have them: a body with two wrong fields, and one whose object does not exist. */
export const exampleErrors = {
  'invalid-fields': [
    { field: 'key', got: '"a*b"', allowed: objectKeyRule },
    {
      field: 'urlSeconds',
      got: '1',
      allowed: issueLink.properties.urlSeconds['x-allowed'],
    },
  ],
  'object-missing': [
    {
      field: 'key',
      got: '"reports/2026-12.pdf"',
      allowed: 'the key of an object: upload it first, or send "allowMissing": true if it is still being made',
    },
  ],
  'object-unchecked': [
    { field: 'key', got: 'no result of its scan yet', allowed: 'NO_THREATS_FOUND of "reports/2026-12.pdf"' },
  ],
  'object-refused': [{ field: 'key', got: 'THREATS_FOUND', allowed: 'NO_THREATS_FOUND of "reports/2026-12.pdf"' }],
} as const satisfies Readonly<Partial<Record<ApiReason, readonly InvalidField[]>>>

/** A batch with one wrong link. */
export const exampleBatch = {
  request: {
    links: [{ key: 'hello.txt' }, { key: 'report.pdf', expiresIn: 600, expiresAt: '2026-11-25T12:00:00Z' }],
  },
  response: {
    results: [
      { status: 201, link: exampleIssued },
      {
        status: 400,
        problem: {
          type: 'urn:once-at-edge:problem:invalid-fields',
          title: 'The request has invalid fields',
          status: 400,
          detail: 'expiresAt: got both expiresIn and expiresAt, allowed: one of the two',
          reason: 'invalid-fields',
          requestId: exampleRequestId,
          errors: [{ field: 'expiresAt', got: 'both expiresIn and expiresAt', allowed: 'one of the two' }],
        },
      },
    ],
  },
}

/** Key that an upload of the examples draws. */
export const exampleKey = 'reports/9f86d081884c7d659a2feaa0c55ad015/film.mp4'

/** Requests that begin an upload. */
export const exampleUploads = {
  file: {
    summary: 'A file, under a key that the API draws',
    value: { filename: 'film.mp4', bytes: 10_000_000, type: 'video/mp4' },
  },
  key: { summary: 'A new version of an object', value: { key: 'reports/latest.pdf', replace: true, bytes: 48_211 } },
} as const satisfies Readonly<Record<string, Example>>

/** Parts of the first one. */
export const exampleParts = [
  { number: 1, bytes: 8_388_608, sha256: 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=' },
  { number: 2, bytes: 1_611_392, sha256: 'LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=' },
]

/** The response to the first one. */
export const exampleState: UploadState = {
  id: 'q3J0sQh1mN0c2u8yZJY4mXb6w5tq9C1rVf0aGk7eT2s',
  key: exampleKey,
  partBytes: 8_388_608,
  endsAt: '2026-11-25T12:00:00Z',
  arrived: [],
}

/** Where to send its parts. */
export const exampleSigned: SignedParts = {
  parts: exampleParts.map(({ number, sha256 }) => ({
    number,
    url: `https://content.s3.us-east-1.amazonaws.com/${exampleKey}?X-Amz-Algorithm=AWS4-HMAC-SHA256&partNumber=${number}`,
    headers: { 'x-amz-checksum-sha256': sha256 },
  })),
}

/** What a link takes of which nothing has arrived. */
export const exampleReceivedState: ReceivedState = {
  state: 'none',
  maxBytes: 50_000_000,
  types: ['application/pdf'],
  sender: 'Klinikum am Park',
  endsAt: '2026-11-24T16:00:00Z',
}

/** The same after its file was received. */
export const exampleReceived: ReceivedState = {
  ...exampleReceivedState,
  state: 'received',
  received: {
    filename: 'findings.pdf',
    bytes: 10_000_000,
    type: 'application/pdf',
    sha256: 'KKlHH/bX9yIRfBRrn6gWDbsHYlTLNVNRNGkHC85WKIA=',
    at: '2026-11-24T12:03:00Z',
  },
}
