import { filenameRule } from '../object-key.ts'
import { objectOf, timeField } from '../schema-fields.ts'
import { uploadRequest, uploadState } from './upload.ts'

const { bytes, type } = uploadRequest.properties
const { id, partBytes, arrived, completed } = uploadState.properties
const file = {
  filename: {
    type: 'string',
    format: 'file-name',
    minLength: 1,
    maxLength: 255,
    description: 'Name of the file.',
    'x-allowed': filenameRule,
  },
  bytes: { ...bytes, description: 'Size of the file, in bytes.' },
} as const

/** The body of `POST /received`. */
export const receivedRequest = objectOf({
  title: 'ReceivedRequest',
  description: 'The file to upload.',
  required: ['filename', 'bytes'],
  properties: { ...file, type },
})

/** The response of `GET /received`, and of requests that change the upload. */
export const receivedState = objectOf({
  title: 'ReceivedState',
  description: 'What a link takes, and what has arrived of it.',
  required: ['state', 'maxBytes', 'endsAt'],
  properties: {
    state: {
      type: 'string',
      enum: ['none', 'open', 'completing', 'received', 'withdrawn'],
      description:
        '`none`: no upload is open. `open`: one is. `completing`: its end was requested, and it is not known whether S3 has made the object: complete it again. `received`: there is an object, and there will be no other. `withdrawn`: the link was revoked before that.',
    },
    maxBytes: { type: 'integer', format: 'int64', minimum: 1, description: 'Size of the largest file, in bytes.' },
    types: {
      type: 'array',
      items: { type: 'string' },
      description: 'Media types, one of which the file must be declared as. Absent for any.',
    },
    sender: { type: 'string', description: 'Who asks for the file, as the link says it. It was not checked.' },
    endsAt: { ...timeField, description: 'When the token ends, and with it an upload that is not complete.' },
    upload: objectOf({
      description: 'The upload that is open, or whose end was requested.',
      required: ['id', 'filename', 'bytes', 'partBytes', 'arrived'],
      properties: { id, ...file, type, partBytes, arrived },
    }),
    received: objectOf({
      description: 'The file that was received.',
      required: ['filename', 'bytes', 'sha256', 'at'],
      properties: { ...file, type, sha256: completed.properties.sha256, at: { ...timeField, description: 'When.' } },
    }),
  },
})
