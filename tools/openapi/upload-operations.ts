import { uploadRoutes } from '../../shared/api/routes.ts'
import { maxPartsAtOnce } from '../../shared/limits.ts'
import { exampleKey, exampleParts, exampleSigned, exampleState, exampleUploads } from './examples.ts'
import { type Operation, operationsOf, type ResponseLink, type RouteTexts } from './operation.ts'

/** What to do next with an upload. */
const next = (id: string): Readonly<Record<string, ResponseLink>> => ({
  parts: { operationId: 'signParts', description: 'Signs parts.', parameters: { id } },
  complete: { operationId: 'completeUpload', description: 'Completes the upload.', parameters: { id } },
  end: { operationId: 'endUpload', description: 'Ends the upload.', parameters: { id } },
})

const texts: RouteTexts<typeof uploadRoutes> = {
  beginUpload: {
    summary: 'Begin an upload',
    description:
      'Begins to upload a file in parts, for callers with the verb `upload`. A deployment with a bucket that existed before may have no uploads. The caller needs no right on the bucket: it sends each part to a URL that `POST /uploads/{id}/parts` signs. With `filename`, the API draws the key, which nobody can know before. With an `Idempotency-Key`, the same request of the same caller gets the same upload for a day, also from another process, with the parts that have arrived; if it was ended, `no-such-upload`. If the caller has as many open uploads as the setting `maxOpenUploads` allows, it is refused as `upload-limit`.',
    headers: ['IdempotencyKey'],
    examples: exampleUploads,
    responses: {
      201: {
        description: 'The upload has begun.',
        examples: { begun: { summary: 'Sign its parts next', value: exampleState } },
        links: next('$response.body#/id'),
      },
      200: {
        description: 'It had begun before: what has arrived, or what it made.',
        examples: {
          arrived: {
            summary: 'The first part is there',
            value: { ...exampleState, arrived: exampleParts.slice(0, 1) },
          },
        },
        links: next('$response.body#/id'),
      },
    },
    apiReasons: [
      'key-not-allowed',
      'idempotency-key-reused',
      'idempotency-key-in-use',
      'upload-limit',
      'no-such-upload',
    ],
  },
  signParts: {
    summary: `Sign up to ${maxPartsAtOnce} parts`,
    description:
      'Signs where to send parts. Each part but the last has `partBytes` bytes; an empty file is one part. A URL accepts exactly the bytes with this size and SHA-256, also more than once. Each request adds the bytes that it signs to those of the day (UTC), sent or not; beyond the setting `uploadBytesPerDay` it is refused as `upload-limit`.',
    examples: { parts: { summary: 'Both parts', value: { parts: exampleParts } } },
    responses: {
      200: {
        description: 'Send each part with PUT.',
        examples: { signed: { summary: 'Valid for 15 minutes', value: exampleSigned } },
        links: next('$request.path.id'),
      },
    },
    apiReasons: ['upload-limit', 'no-such-upload'],
  },
  completeUpload: {
    summary: 'Complete an upload',
    description:
      'Makes the object, if all parts have arrived and are `bytes` long together. A repeat gets the same response. An object that exists is refused as `object-exists`, unless the request that began the upload has `replace`.',
    examples: { bytes: { summary: 'Size of the file', value: { bytes: 10_000_000 } } },
    responses: {
      200: {
        description: 'The object is there. Issue a link for it.',
        examples: {
          file: {
            summary: 'In a bucket with versions',
            value: { key: exampleKey, versionId: '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH' },
          },
        },
      },
    },
    apiReasons: ['no-such-upload', 'upload-incomplete', 'object-exists'],
  },
  endUpload: {
    summary: 'End an upload',
    description:
      'Discards what has arrived, and makes room for another upload. May be repeated. A complete upload stays as it is. Without it, an upload ends after a day.',
    responses: { 204: { description: 'The upload has ended, now or before.' } },
    apiReasons: ['no-such-upload'],
  },
}

/** Operations of `/uploads`. */
export const uploadOperations: readonly Operation[] = operationsOf('uploads', uploadRoutes, texts)
