import { reasons } from '../../shared/refusal.ts'
import type { Operation, Success } from './operation.ts'

const capability = {
  url: 'https://d111111abcdef8.cloudfront.net/hello.txt?Policy=_&Key-Pair-Id=K2JCJMDEHXQW5F&Signature=_&Hash-Algorithm=SHA256',
  expiresAt: '2026-11-24T12:00:30Z',
}

const asJson: Success = {
  status: 200,
  description:
    'With `Accept: application/json`, the link is used, and the body has the signed URL, and the `cookies` to send with it if there are any. A browser gets a page: a player, one after the button that leads to the file, or one that asks for a confirmation or a passphrase, which does not use the link.',
  schema: 'Capability',
  alsoHtml: true,
  headers: ['Set-Cookie', 'Refresh', 'Content-Language', 'Content-Security-Policy'],
  examples: { capability: { summary: 'The signed URL', value: capability } },
}

const getOrPost = ['nonce', 'IdempotencyKey', 'OnceClient', 'OncePassphrase'] as const
const allReasons = reasons.filter(reason => reason !== 'method-not-allowed')

const common = { path: '/d/{nonce}', tag: 'viewer' } as const

/** Operations of a link, at an edge of CloudFront. */
export const viewerOperations: readonly Operation[] = [
  {
    ...common,
    id: 'openLink',
    method: 'get',
    summary: 'Open a link',
    description:
      'Uses the link, unless it requires a confirmation. The first viewer gets the signed URL; later viewers are refused. If the link keeps a receipt, the client that used it gets the same URL again while that lives: it is known by the cookie that it got, by its `Once-Client` or by its `Idempotency-Key`.',
    parameters: getOrPost,
    successes: [
      asJson,
      {
        status: 302,
        description:
          'The link is used. For a folder, the response sets cookies. A client that follows the redirect without them is refused: a program needs a cookie jar. If the link is bound to the client, the response sets a cookie, unless the client sent `Once-Client`.',
        headers: ['SignedUrl', 'Set-Cookie'],
      },
    ],
    reasons: allReasons,
  },
  {
    ...common,
    id: 'confirmLink',
    method: 'post',
    summary: 'Confirm and open a link',
    description:
      'Confirms and uses the link. The form of the page confirms, and so does an `Idempotency-Key` or `Once-Client`, which a program sends and a scanner does not. If the link is for a player, the form gets `303` to the link itself, which then shows the player to this browser.',
    parameters: getOrPost,
    successes: [asJson, { status: 303, description: 'The link is used.', headers: ['SignedUrl', 'Set-Cookie'] }],
    reasons: allReasons,
  },
  {
    ...common,
    id: 'probeLink',
    method: 'head',
    summary: 'Probe a link',
    description: 'The same response for every link and client. Uses nothing.',
    parameters: ['nonce'],
    successes: [{ status: 200, description: 'The same for every link.' }],
  },
  {
    ...common,
    id: 'describeLink',
    method: 'options',
    summary: 'Get the allowed methods of a link',
    description: 'The same response for every link and client. Uses nothing.',
    parameters: ['nonce'],
    successes: [{ status: 204, description: 'The same for every link.', headers: ['Allow'] }],
  },
]
