/** Where a response leads: an operation, with its parameters by name, each a runtime expression (OpenAPI 3.1, "Link Object"). */
export interface ResponseLink {
  readonly operationId: string
  readonly description: string
  readonly parameters: Readonly<Record<string, string>>
}

const show = (id: string): ResponseLink => ({
  operationId: 'showLink',
  description: 'Shows the link.',
  parameters: { id },
})

const revoke = (id: string): ResponseLink => ({
  operationId: 'revokeLink',
  description: 'Revokes the link.',
  parameters: { id },
})

/**
 * What to do next with a response, by operation and status. A nonce is a part of a `url`, which no runtime expression can
 * cut out: so nothing here leads to `exchangeNonce` or to a viewer's operations.
 */
export const responseLinks: Readonly<Record<string, Readonly<Record<number, Readonly<Record<string, ResponseLink>>>>>> =
  {
    issueLink: { 201: { show: show('$response.body#/id'), revoke: revoke('$response.body#/id') } },
    issueLinks: {
      200: {
        showFirst: show('$response.body#/results/0/link/id'),
        revokeFirst: revoke('$response.body#/results/0/link/id'),
      },
    },
    listLinks: {
      200: {
        nextPage: {
          operationId: 'listLinks',
          description: 'Gets the next page, if `next` is there.',
          parameters: {
            cursor: '$response.body#/next',
            reference: '$request.query.reference',
            state: '$request.query.state',
            issuer: '$request.query.issuer',
          },
        },
        showFirst: show('$response.body#/links/0/id'),
      },
    },
    showLink: { 200: { revoke: revoke('$request.path.id') } },
    revokeLink: { 200: { show: show('$request.path.id') }, 204: { show: show('$request.path.id') } },
  }
