import { filenameRule } from '../object-key.ts'
import { objectOf, timeField } from '../schema-fields.ts'
import { uploadRequest, uploadState } from './upload.ts'

const { type } = uploadRequest.properties
const { partBytes, arrived } = uploadState.properties
const filename = {
  type: 'string',
  format: 'file-name',
  minLength: 1,
  maxLength: 255,
  description: 'Name of the file.',
  'x-allowed': filenameRule,
} as const
const bytes = { ...uploadRequest.properties.bytes, description: 'Size of the file, in bytes.' } as const

/** The body of `POST /received`. */
export const receivedRequest = objectOf({
  title: 'ReceivedRequest',
  description: 'The file to upload.',
  required: ['filename', 'bytes'],
  properties: { filename, bytes, type },
})

/** The response of `GET /received`, and of all requests that change the upload. */
export const receivedState = objectOf({
  title: 'ReceivedState',
  description: 'What a link takes, and what has arrived of it.',
  required: ['state', 'maxBytes', 'endsAt'],
  properties: {
    state: {
      type: 'string',
      enum: ['none', 'open', 'completing', 'received', 'withdrawn'],
      description:
        '`none`: no upload is open. `open`: one is. `completing`: it was complete, and it is not known whether S3 has made the object: complete it again. `received`: there is an object, and there will be no other. `withdrawn`: the link was revoked before.',
    },
    maxBytes: { type: 'integer', format: 'int64', minimum: 1, description: 'Size of the largest file, in bytes.' },
    types: {
      type: 'array',
      items: { type: 'string' },
      description: 'Media types, one of which the file must have. Absent for any.',
    },
    sender: { type: 'string', description: 'Who asks for the file, as the link says it. Not checked.' },
    endsAt: { ...timeField, description: 'When the token ends: what is not complete then does not arrive.' },
    file: objectOf({
      description: 'The file of the open upload, or the one that was received.',
      required: ['filename', 'bytes'],
      properties: { filename, bytes, type },
    }),
    partBytes,
    arrived,
    receivedAt: { ...timeField, description: 'When the file was received.' },
    sha256: {
      ...uploadState.properties.completed.properties.sha256,
      description: 'SHA-256 over the SHA-256 of all parts, in order, in Base64.',
    },
  },
})
