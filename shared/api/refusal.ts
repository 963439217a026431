import { maxBatchBytes, maxBodyBytes } from '../limits.ts'
import { tokenRefusals, tokenRefusalTitle } from './token-refusal.ts'

/**
 * Refusals of requests to the API, in order of precedence. Refusals to exchange a nonce are in shared/refusal.ts. Code,
 * documents and tests read these rows; nothing else decides a status or a wording.
 */
export const apiRefusals = {
  'token-expired': { status: 401, title: tokenRefusalTitle, detail: tokenRefusals['token-expired'] },
  'not-an-issuer': {
    status: 403,
    title: 'This caller is not an issuer',
    detail: 'Ask those who run this deployment to add it to their issuers.',
  },
  'no-such-route': {
    status: 404,
    title: 'There is nothing here',
    detail: 'See /links, /links/batch, /links/{id}, /links/{id}/replace, /uploads and /exchange.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This method is not allowed here',
    detail: 'The Allow header lists those that are.',
  },
  'verb-not-allowed': {
    status: 403,
    title: 'This issuer may not do this',
    detail: 'Ask those who run this deployment to add the verb to its entry in their issuers.',
  },
  'too-many-requests': {
    status: 429,
    title: 'This caller makes too many requests',
    detail: 'Send it again after the seconds in Retry-After.',
  },
  'not-json': { status: 415, title: 'The body must be JSON', detail: 'Send Content-Type: application/json.' },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    detail: `At most ${maxBodyBytes} bytes, or ${maxBatchBytes} for a batch.`,
  },
  'invalid-json': { status: 400, title: 'The body is not valid JSON', detail: 'Send one JSON object in UTF-8.' },
  'invalid-fields': { status: 400, title: 'The request has invalid fields', detail: 'Each is named in errors.' },
  'key-not-allowed': {
    status: 403,
    title: 'This issuer may not issue links for this key',
    detail: 'Use a key that starts with one of its prefixes.',
  },
  'sender-fixed': {
    status: 422,
    title: 'The sender of this caller is fixed',
    detail: 'It is the one that the access token names. Leave sender out.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key was used for another request',
    detail: 'Use a fresh key for every new link, and for every new batch.',
  },
  'idempotency-key-in-use': {
    status: 409,
    title: 'The first request with this Idempotency-Key is still under way',
    detail:
      'Send the same request again after the seconds in Retry-After; of a link in a batch, in its retryAfterSeconds.',
  },
  'idempotency-key-retired': {
    status: 409,
    title: 'The answer to this Idempotency-Key is gone',
    detail: 'The key that made its link was retired, so the link is dead. Use a fresh Idempotency-Key.',
  },
  'object-missing': {
    status: 422,
    title: 'There is no such object',
    detail: 'Upload it first, or send "allowMissing": true if it is still being made.',
  },
  'object-unchecked': {
    status: 409,
    title: 'The object is still being checked',
    detail:
      'Send the same request again after the seconds in Retry-After; of a link in a batch, in its retryAfterSeconds.',
  },
  'object-refused': {
    status: 422,
    title: 'The check of the object allows no link to it',
    detail: 'Malware was found in it, or it could not be checked: errors has the result.',
  },
  'upload-limit': {
    status: 409,
    title: 'This caller may not upload more at present',
    detail: 'Complete or end an upload that is open, or go on tomorrow.',
  },
  'no-such-upload': {
    status: 404,
    title: 'There is no such upload',
    detail: 'It was never begun by this caller, was ended, or is older than a day. Begin it again.',
  },
  'upload-incomplete': {
    status: 409,
    title: 'The upload is not complete',
    detail: 'Send the missing parts, then complete it again.',
  },
  'object-exists': {
    status: 412,
    title: 'The object exists already',
    detail:
      'Use a key that has no object, or send "replace": true: links to its present version still deliver that one.',
  },
  'upload-token': {
    status: 403,
    title: 'This upload is not allowed',
    detail: 'Send in Once-Upload the token that a link handed out: open the link again to get it.',
  },
  'upload-ended': {
    status: 410,
    title: 'The time for this upload is over',
    detail: 'What was not complete by then did not arrive. Ask for another link.',
  },
  'file-received': {
    status: 409,
    title: 'The link has taken its file',
    detail:
      'It takes one. It has arrived, or its upload was complete and may have. Ask for another link to send another.',
  },
  'no-such-link': {
    status: 404,
    title: 'There is no such link',
    detail: 'It was never issued, was used without a receipt, or was removed after its expiry. It cannot be redeemed.',
  },
  'link-revoked': {
    status: 409,
    title: 'This link was revoked',
    detail: 'It was revoked or replaced by another request. Issue a link.',
  },
  'capability-alive': {
    status: 409,
    title: 'What this link handed out still works',
    detail: 'It was used. Replace it when its URL has ended.',
  },
  unavailable: { status: 503, title: 'The request could not be completed', detail: 'Send it again.' },
} as const

/** Reason of a refusal of the API. */
export type ApiReason = keyof typeof apiRefusals

/** Seconds in `Retry-After` of the firewall: it counts the requests of the last 5 minutes and looks again every few seconds. */
export const firewallRetrySeconds = 60

/**
 * What the firewall sends if one address makes too many requests for links: a problem (RFC 9457) without
 * `requestId`, since none of our code runs, as `application/json` even to browsers.
 */
export const firewallProblem = {
  type: 'urn:once-at-edge:problem:too-many-requests',
  title: 'There are too many requests from this address',
  status: 429,
  detail: 'This request had no effect: no link was used or issued. Send it again after the seconds in Retry-After.',
  reason: 'too-many-requests',
} as const
