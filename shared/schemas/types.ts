import type { FromSchema } from 'json-schema-to-ts'
import type { batchResponse, refusedItem } from './batch.ts'
import type { exchangeResponse } from './exchange.ts'
import type { issuedLink, issueLink } from './issue-link.ts'
import type { linkPage, linkView, listQuery, revokedLink } from './link-view.ts'
import type { problemDocument } from './problem.ts'
import type { receivedRequest, receivedState } from './received.ts'
import type { completeRequest, partsRequest, signedParts, uploadedFile, uploadRequest, uploadState } from './upload.ts'
import type { webhooks } from './webhook.ts'

/** The body of `POST /links`. */
export type IssueLink = FromSchema<typeof issueLink>

/** The response of `POST /links`. */
export type IssuedLink = FromSchema<typeof issuedLink>

/** A link without its secret: the response of `GET /links/{id}`. */
export type LinkView = FromSchema<typeof linkView>

/** The response of `DELETE /links/{id}` for a used link. */
export type RevokedLink = FromSchema<typeof revokedLink>

/** The query of `GET /links`, with a default for `limit`. */
export type ListQuery = FromSchema<typeof listQuery>

/** The response of `GET /links`. */
export type LinkPage = FromSchema<typeof linkPage>

/** Result of a link of a batch that was not issued. */
export type RefusedItem = FromSchema<typeof refusedItem>

/** The response of `POST /links/batch`. */
export type BatchResponse = FromSchema<typeof batchResponse>

/** The response of `POST /exchange`. */
export type ExchangeResponse = FromSchema<typeof exchangeResponse>

/** The body of `POST /uploads`. */
export type UploadRequest = FromSchema<typeof uploadRequest>

/** The response of `POST /uploads`. */
export type UploadState = FromSchema<typeof uploadState>

/** The body of `POST /uploads/{id}/parts`. */
export type PartsRequest = FromSchema<typeof partsRequest>

/** The response of `POST /uploads/{id}/parts`. */
export type SignedParts = FromSchema<typeof signedParts>

/** The body of `POST /uploads/{id}/complete`. */
export type CompleteRequest = FromSchema<typeof completeRequest>

/** The response of `POST /uploads/{id}/complete`. */
export type UploadedFile = FromSchema<typeof uploadedFile>

/** The body of `POST /received`. */
export type ReceivedRequest = FromSchema<typeof receivedRequest>

/** The response of `GET /received`. */
export type ReceivedState = FromSchema<typeof receivedState>

/** Body of every response with a status of 400 or more. */
export type ProblemDocument = FromSchema<typeof problemDocument>

/** The webhook of a link that was used. */
export type LinkRedeemed = FromSchema<(typeof webhooks)['link.redeemed']>

/** The webhook of a used link that was refused to another client. */
export type LinkRefused = FromSchema<(typeof webhooks)['link.refused']>

/** The webhook of a link whose last try at the passphrase was made. */
export type LinkLocked = FromSchema<(typeof webhooks)['link.locked']>

/** The webhook of a link that ended unused. */
export type LinkExpired = FromSchema<(typeof webhooks)['link.expired']>

/** The webhook of a link that was revoked. */
export type LinkRevoked = FromSchema<(typeof webhooks)['link.revoked']>

/** The webhook of a link that is over, whose recipient asks for a new one. */
export type LinkRequested = FromSchema<(typeof webhooks)['link.requested']>

/** The webhook of a link that was not used by the time of its reminder. */
export type LinkUnopened = FromSchema<(typeof webhooks)['link.unopened']>

/** The webhook of a link that took a file. */
export type LinkReceived = FromSchema<(typeof webhooks)['link.received']>

/** The webhook of a link whose file was delivered. */
export type LinkDelivered = FromSchema<(typeof webhooks)['link.delivered']>
