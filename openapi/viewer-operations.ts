import { reasons } from '../shared/refusal.ts'
import type { Operation, Success } from './operation.ts'

const capability = {
  url: 'https://d111111abcdef8.cloudfront.net/hello.txt?Policy=_&Key-Pair-Id=K2JCJMDEHXQW5F&Signature=_&Hash-Algorithm=SHA256',
  expiresAt: '2026-11-24T12:00:30Z',
}

const asJson: Success = {
  status: 200,
  description:
    'With `Accept: application/json` the signed URL as JSON, and the link is used; for a folder with the `cookies` to send along. A browser gets a page: the one that asks for a confirmation, which uses nothing, or a player.',
  schema: 'Capability',
  alsoHtml: true,
  headers: ['Set-Cookie', 'Content-Language', 'Content-Security-Policy'],
  examples: { capability: { summary: 'The signed URL', value: capability } },
}

const byProgram = ['nonce', 'IdempotencyKey'] as const
const allReasons = reasons.filter(reason => reason !== 'method-not-allowed')

const same = {
  path: '/d/{nonce}',
  tag: 'viewer',
  apiReasons: [],
} as const

/** What happens where a link is opened, at an edge of CloudFront. */
export const viewerOperations: readonly Operation[] = [
  {
    ...same,
    id: 'openLink',
    method: 'get',
    summary: 'Open a link',
    description:
      'Uses the link, unless it asks for a confirmation. The first gets the signed URL; everybody later is refused.',
    parameters: byProgram,
    successes: [
      asJson,
      {
        status: 302,
        description:
          'The link is used. For a folder, cookies come along, and the object is refused to whoever follows without them: a program needs a cookie jar.',
        headers: ['SignedUrl', 'Set-Cookie'],
      },
    ],
    reasons: allReasons,
  },
  {
    ...same,
    id: 'confirmLink',
    method: 'post',
    summary: 'Confirm and open a link',
    description:
      'Uses the link. It is confirmed by the form of the page, or by an `Idempotency-Key`, which a program sends and a scanner does not. The form of a link for a player is answered with `303` to the link itself, which from then on shows the player to this browser.',
    parameters: byProgram,
    successes: [asJson, { status: 303, description: 'The link is used.', headers: ['SignedUrl', 'Set-Cookie'] }],
    reasons: allReasons,
  },
  {
    ...same,
    id: 'probeLink',
    method: 'head',
    summary: 'Probe a link',
    description: 'The same for whatever is asked, and whoever asks. Uses nothing.',
    parameters: ['nonce'],
    successes: [{ status: 200, description: 'Says nothing of the link.' }],
    reasons: [],
  },
  {
    ...same,
    id: 'describeLink',
    method: 'options',
    summary: 'Ask what can be done with a link',
    description: 'The same for whatever is asked, and whoever asks. Uses nothing.',
    parameters: ['nonce'],
    successes: [{ status: 204, description: 'Says nothing of the link.', headers: ['Allow'] }],
    reasons: [],
  },
]
