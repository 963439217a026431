import { receivedRoutes } from '../../shared/api/routes.ts'
import { exampleParts, exampleReceived, exampleReceivedState, exampleSigned } from './examples.ts'
import { type Operation, operationsOf, type RouteTexts } from './operation.ts'

const texts: RouteTexts<typeof receivedRoutes> = {
  showReceived: {
    summary: 'Show what a link takes',
    description:
      'Shows which file the link takes, what has arrived of it, and whether it was received. Also works after the end of the token and after a revocation.',
    responses: {
      200: {
        description: 'The state.',
        examples: {
          none: { summary: 'Nothing has arrived yet', value: exampleReceivedState },
          received: { summary: 'The file was received', value: exampleReceived },
        },
      },
    },
  },
  beginReceived: {
    summary: 'Begin to upload the file of a link',
    description:
      'Begins the upload; one that is open ends. Of several at once, one begins; others may be refused as `too-many-requests`. Refused as `file-received` once an upload was completed, or may have been: a link takes one file.',
    examples: {
      file: { summary: 'A PDF', value: { filename: 'findings.pdf', bytes: 10_000_000, type: 'application/pdf' } },
    },
    responses: {
      200: {
        description: 'The upload has begun.',
        examples: {
          open: {
            summary: 'Sign its parts next',
            value: {
              ...exampleReceivedState,
              state: 'open',
              upload: {
                id: 'yb9Tz2rKQ1c0dYxw6m3fJq8sVnEo5uHgLiA7tRk4PXe',
                filename: 'findings.pdf',
                bytes: 10_000_000,
                partBytes: 8_388_608,
                arrived: [],
              },
            },
          },
        },
      },
    },
    apiReasons: ['too-many-requests', 'upload-ended', 'link-revoked', 'file-received'],
  },
  endReceived: {
    summary: 'End the upload of a link',
    description: 'Discards what has arrived. Another upload may begin. A complete upload stays as it is.',
    responses: { 204: { description: 'The upload has ended.' } },
    apiReasons: ['no-such-upload', 'file-received'],
  },
  signReceivedParts: {
    summary: 'Sign parts of the file of a link',
    description:
      'Signs where to send parts, as `POST /uploads/{id}/parts` does. All uploads of one link together are signed three times the largest file at most; beyond that it is refused as `upload-limit`.',
    examples: { parts: { summary: 'Both parts', value: { parts: exampleParts } } },
    responses: {
      200: {
        description: 'Send each part with PUT.',
        examples: { signed: { summary: 'Valid for 15 minutes', value: exampleSigned } },
      },
    },
    apiReasons: ['upload-ended', 'no-such-upload', 'link-revoked', 'file-received', 'upload-limit'],
  },
  completeReceived: {
    summary: 'Complete the upload of a link',
    description:
      'Makes the object, if all parts have arrived and the link was not revoked. A repeat gets the same response. After a response that was lost, repeat it, or ask for the state.',
    examples: { bytes: { summary: 'Size of the file', value: { bytes: 10_000_000 } } },
    responses: {
      200: {
        description: 'The file was received.',
        examples: { received: { summary: 'The file was received', value: exampleReceived } },
      },
    },
    apiReasons: ['upload-ended', 'no-such-upload', 'link-revoked', 'file-received', 'upload-incomplete'],
  },
}

/** Operations of `/received`. */
export const receivedOperations: readonly Operation[] = operationsOf('received', receivedRoutes, texts)
