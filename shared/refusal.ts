const noSuchLink = {
  status: 404,
  title: 'There is no such link',
  detail: 'The address is incomplete or changed. Copy the whole link again.',
  aboutTheNonce: true,
} as const

const unused = 'The link was not used'

/**
 * Every refusal that a viewer may get, in order of precedence: if two apply, the upper one counts. Of a link for a folder only
 * the write knows `address-unsupported`, so there the others of the write come first. Code, pages, documents and tests read this
 * table; nothing else decides a status or a wording.
 *
 * A status of 500 or more is a failure, and raises the alarm on the distribution: what is intended has another.
 *
 * Rows with `aboutTheNonce` reveal something about one link: the setting `uniformRefusals` makes them identical. Only
 * `expired`, `revoked`, `replaced`, `outcome-unknown` and `failed` can come from a request that used the link. Pages in
 * other languages are in edge/pages/.
 */
const table = {
  'method-not-allowed': {
    status: 405,
    title: 'This method is not allowed here',
    detail: 'Open the link with GET, or confirm with POST.',
    viewersOnly: true,
  },
  speculative: {
    status: 403,
    title: 'Not opened in advance',
    detail: 'A prefetch or a preview uses no link. Open it for real.',
    again: 'link',
    viewersOnly: true,
  },
  automated: {
    status: 403,
    title: 'Not opened for a preview or a check',
    detail: 'This program says that it is a robot. The link waits for a person: open it in a browser.',
    viewersOnly: true,
  },
  'cross-origin': {
    status: 403,
    title: 'Not opened for another page',
    detail: `A page of another origin can't read the answer. ${unused}: lead the browser to it, or open it on a server.`,
    again: 'link',
    viewersOnly: true,
  },
  'idempotency-key-invalid': {
    status: 400,
    title: 'This Idempotency-Key cannot be used',
    detail: `Send one Idempotency-Key of 1 to 255 printable ASCII characters, or none. ${unused}.`,
  },
  'once-client-invalid': {
    status: 400,
    title: 'This Once-Client cannot be used',
    detail: `Send one Once-Client of 43 base64url characters, or none. ${unused}.`,
    viewersOnly: true,
  },
  'passphrase-invalid': {
    status: 400,
    title: 'This passphrase cannot be used',
    detail: `Send one passphrase of 6 to 128 characters. ${unused}.`,
    again: 'link',
  },
  malformed: noSuchLink,
  forged: noSuchLink,
  unsupported: {
    status: 503,
    title: 'This link asks for something this server cannot do yet',
    detail: `${unused}. Try it later, or ask the sender for a plain one.`,
    retryAfterSeconds: 600,
  },
  expired: {
    status: 403,
    title: 'This link has expired',
    detail: 'Its time is over. Ask the sender for a new one.',
    aboutTheNonce: true,
  },
  'address-unsupported': {
    status: 403,
    title: 'Your address cannot be bound to this download',
    detail: `Only IPv4 addresses can. ${unused}: open it over IPv4.`,
  },
  'passphrase-required': {
    status: 403,
    title: 'This link asks for a passphrase',
    detail: `Open it in a browser, or send Once-Passphrase. ${unused}.`,
  },
  revoked: {
    status: 403,
    title: 'This link was withdrawn',
    detail: 'The sender took it back. Ask the sender for a new one.',
    aboutTheNonce: true,
  },
  replaced: {
    status: 403,
    title: 'There is a newer link',
    detail: 'Look for a later message of the sender.',
    aboutTheNonce: true,
  },
  spent: {
    status: 403,
    title: 'This link no longer works',
    detail: 'It works once, and it was used. Ask the sender for a new one.',
    aboutTheNonce: true,
  },
  locked: {
    status: 403,
    title: 'This link is locked',
    detail: 'Too many passphrases were tried. Ask the sender for a new one.',
    aboutTheNonce: true,
  },
  'not-yet-valid': {
    status: 403,
    title: 'This link is not valid yet',
    detail: `The sender set a later start. ${unused}: open it again then.`,
    aboutTheNonce: true,
  },
  'wrong-network': {
    status: 403,
    title: 'This link is for another network',
    detail: `The sender tied it to one network. ${unused}: open it from there.`,
    aboutTheNonce: true,
  },
  'client-required': {
    status: 403,
    title: 'This link asks for a secret',
    detail: `Open it in a browser, or send Once-Client to link and file. ${unused}.`,
    viewersOnly: true,
  },
  unconfirmed: {
    status: 403,
    title: 'This link asks for a confirmation',
    detail: `Open it in a browser and press the button, or send POST with an Idempotency-Key or Once-Client: curl -L -d '' -H 'Idempotency-Key: …'. ${unused}.`,
    viewersOnly: true,
  },
  'wrong-passphrase': {
    status: 403,
    title: 'This passphrase is wrong',
    detail: `Check each character. ${unused}, but few tries are allowed.`,
    aboutTheNonce: true,
  },
  'outcome-unknown': {
    status: 503,
    title: 'It is not known whether the link was used',
    detail: 'The answer of the store was lost. Nobody else is known to have used the link. Try again.',
    retryAfterSeconds: 5,
    again: 'form',
  },
  unavailable: {
    status: 503,
    title: 'The link cannot be opened just now',
    detail: 'This attempt did not use it. Try again.',
    retryAfterSeconds: 5,
    again: 'form',
  },
  failed: {
    status: 503,
    title: 'Something went wrong on our side',
    detail: 'Try again. If it stays so, ask the sender for a new link.',
    retryAfterSeconds: 5,
    again: 'form',
  },
} as const satisfies Record<string, Refusal>

/** Why a viewer was refused. */
export type Reason = keyof typeof table

/** One row of the table. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 503
  /** `title` and `detail` tell people what happened and what to do next. */
  readonly title: string
  readonly detail: string
  readonly aboutTheNonce?: true
  /** What may work later, which its page offers: the same link, or also the same form, even if it has used the link. */
  readonly again?: 'link' | 'form'
  /** The exchange never refuses so. */
  readonly viewersOnly?: true
  readonly retryAfterSeconds?: number
}

/** Every reason, in order of precedence. */
export const reasons = /* @__PURE__ */ Object.keys(table) as readonly Reason[]

/** Replaces all rows about the nonce if a deployment sets `uniformRefusals`. */
export const uniformRefusal: Refusal & { readonly reason: 'not-redeemable' } = {
  reason: 'not-redeemable',
  status: 403,
  title: 'This link does not work',
  detail: 'Ask the sender for a new one.',
  aboutTheNonce: true,
}

/** The refusal and the reason that a viewer gets. */
export interface DisplayedRefusal {
  readonly refusal: Refusal
  readonly reason: Reason | (typeof uniformRefusal)['reason']
}

/**
 * Returns what a viewer gets for `reason`: its own row, or `uniformRefusal` if `uniform` is set and it is about the
 * nonce.
 */
export function displayedRefusal(reason: Reason, uniform: boolean): DisplayedRefusal {
  const refusal = refusalFor(reason)
  return uniform && refusal.aboutTheNonce
    ? { refusal: uniformRefusal, reason: uniformRefusal.reason }
    : { refusal, reason }
}

/** Returns the row for `reason`. */
export function refusalFor(reason: Reason): Refusal {
  return table[reason]
}
