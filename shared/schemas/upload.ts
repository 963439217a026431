import { filenameRule } from '../object-key.ts'
import { maxFileBytes, maxPartsAtOnce } from '../limits.ts'
import { keyField, objectOf, timeField } from '../schema-fields.ts'

/** Most parts of an upload (AWS, "Amazon S3 multipart upload limits"). */
export const maxParts = 10_000

/** The header by which S3 checks a part. In the query of a URL it would be signed, too, and S3 would ignore it. */
export const partChecksumHeader = 'x-amz-checksum-sha256'

/** A name in a media type (RFC 6838, 4.2), and what a parameter of it consists of (RFC 9110, 5.6.2). */
const [typeName, token] = ['[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,99}', "[A-Za-z0-9!#$%&'*+.^_`|~-]+"]

const bytes = {
  type: 'integer',
  format: 'int64',
  minimum: 0,
  maximum: maxFileBytes,
  description: 'Size of the file, in bytes.',
  'x-allowed': `a whole number of bytes, 0 to ${maxFileBytes}: CloudFront delivers no larger file`,
} as const

const partNumber = {
  type: 'integer',
  minimum: 1,
  maximum: maxParts,
  description: 'Number of the part, from 1.',
  'x-allowed': `a whole number, 1 to ${maxParts}`,
} as const

const sha256 = {
  type: 'string',
  pattern: '^[A-Za-z0-9+/]{43}=$',
  description: 'SHA-256 of the part, in Base64. S3 refuses other bytes.',
  'x-allowed': 'the SHA-256 of the part in Base64, 44 characters',
} as const

const versionId = {
  type: 'string',
  description: 'The version that the upload made; absent if the bucket has no versions.',
} as const

const part = objectOf({
  required: ['number', 'bytes', 'sha256'],
  properties: { number: partNumber, bytes: { ...bytes, description: 'Size of the part, in bytes.' }, sha256 },
})

/** The body of `POST /uploads`. */
export const uploadRequest = objectOf({
  title: 'UploadRequest',
  description: 'The file to upload: its name, or the key of its object.',
  properties: {
    filename: {
      type: 'string',
      format: 'file-name',
      minLength: 1,
      maxLength: 255,
      description:
        'Name of the file. The API draws a key that ends in it, with `_` for `*` and `?`, and that no other upload has.',
      'x-allowed': `${filenameRule}; or key instead`,
    },
    key: {
      ...keyField,
      description: 'Key of the object, instead of `filename`. An issuer with `own` may not name one.',
    },
    replace: {
      type: 'boolean',
      description: 'With `key`: whether an object that exists gets a new version. By default it is refused.',
      'x-allowed': 'true or false, with key',
    },
    bytes: { ...bytes, description: 'Size of the file, in bytes. Absent if it is not known yet.' },
    type: {
      type: 'string',
      pattern: `^${typeName}/${typeName}( *; *${token}=(${token}|"[ !#-\\[\\]-~]*"))*$`,
      maxLength: 200,
      description: 'Media type of the file, perhaps with parameters.',
      'x-allowed': 'a media type of at most 200 characters, such as application/pdf',
    },
  },
})

/** The response of `POST /uploads`. */
export const uploadState = objectOf({
  title: 'UploadState',
  description: 'An upload, and what has arrived of it.',
  required: ['id', 'key', 'partBytes', 'endsAt', 'arrived'],
  properties: {
    id: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$', description: 'Name of the upload, for this caller only.' },
    key: { ...keyField, description: 'Key that the object will have.' },
    partBytes: { type: 'integer', minimum: 1, description: 'Size of each part but the last, in bytes.' },
    endsAt: { ...timeField, description: 'When the upload ends, with what has arrived, unless it is complete.' },
    arrived: { type: 'array', items: part, description: 'Parts that S3 has.' },
    completed: objectOf({
      description: 'Only if the upload is complete.',
      required: ['sha256'],
      properties: {
        versionId,
        sha256: { ...sha256, description: 'SHA-256 over the SHA-256 of all parts, in order, in Base64.' },
      },
    }),
  },
})

/** The body of `POST /uploads/{id}/parts`. */
export const partsRequest = objectOf({
  title: 'PartsRequest',
  description: 'Parts to upload next.',
  required: ['parts'],
  properties: {
    parts: {
      type: 'array',
      items: part,
      minItems: 1,
      maxItems: maxPartsAtOnce,
      description: 'Parts to sign, in any order.',
      'x-allowed': `a list of 1 to ${maxPartsAtOnce} parts`,
    },
  },
})

/** The response of `POST /uploads/{id}/parts`. */
export const signedParts = objectOf({
  title: 'SignedParts',
  description: 'Where to send the parts.',
  required: ['parts'],
  properties: {
    parts: {
      type: 'array',
      items: objectOf({
        required: ['number', 'url', 'headers'],
        properties: {
          number: partNumber,
          url: {
            type: 'string',
            format: 'uri',
            description: 'Accepts one PUT of exactly these bytes, for 15 minutes, as often as needed.',
          },
          headers: {
            type: 'object',
            additionalProperties: { type: 'string' },
            description: 'Headers that the PUT must have, beside `Content-Length`.',
          },
        },
      }),
    },
  },
})

/** The body of `POST /uploads/{id}/complete`. */
export const completeRequest = objectOf({
  title: 'CompleteRequest',
  description: 'What was sent.',
  required: ['bytes'],
  properties: {
    bytes,
    sha256: {
      ...sha256,
      description:
        'SHA-256 over the SHA-256 of all parts, in order, in Base64. An upload that has other parts is not completed.',
      'x-allowed': 'a SHA-256 in Base64, 44 characters',
    },
  },
})

/** The response of `POST /uploads/{id}/complete`. */
export const uploadedFile = objectOf({
  title: 'UploadedFile',
  description: 'The object that the upload made. Issue a link for its key and version.',
  required: ['key'],
  properties: { key: keyField, versionId },
})
