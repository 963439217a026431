import type { FromSchema } from 'json-schema-to-ts'
import type { batchRequest, batchResponse, issuedItem, refusedItem } from './batch.ts'
import type { exchangeRequest, exchangeResponse } from './exchange.ts'
import type { issuedLink, issueLink } from './issue-link.ts'
import type { linkPage, linkView, listQuery } from './link-view.ts'
import type { problemDocument } from './problem.ts'

/** The body of `POST /links`. */
export type IssueLink = FromSchema<typeof issueLink>

/** The answer of `POST /links`. */
export type IssuedLink = FromSchema<typeof issuedLink>

/** A link without its secret: the answer of `GET /links/{id}`. */
export type LinkView = FromSchema<typeof linkView>

/** What the query of `GET /links` says; `limit` is filled in. */
export type ListQuery = FromSchema<typeof listQuery>

/** The answer of `GET /links`. */
export type LinkPage = FromSchema<typeof linkPage>

/** The body of `POST /links/batch`. */
export type BatchRequest = FromSchema<typeof batchRequest>

/** A link of a batch that was issued. */
export type IssuedItem = FromSchema<typeof issuedItem>

/** A link of a batch that was not issued. */
export type RefusedItem = FromSchema<typeof refusedItem>

/** The answer of `POST /links/batch`. */
export type BatchResponse = FromSchema<typeof batchResponse>

/** The body of `POST /exchange`. */
export type ExchangeRequest = FromSchema<typeof exchangeRequest>

/** The answer of `POST /exchange`. */
export type ExchangeResponse = FromSchema<typeof exchangeResponse>

/** Any answer from 400 on. */
export type ProblemDocument = FromSchema<typeof problemDocument>
