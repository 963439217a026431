/** What the document says of the whole. */
export const about = {
  openapi: '3.1.1',
  info: {
    title: 'once-at-edge',
    version: '0.1.0',
    summary: 'Download links that work once',
    description: [
      'An issuer asks for a link to an object; whoever opens it first gets it, and everybody after is refused.',
      'Requests to `/links` and `/exchange` are signed with AWS Signature Version 4 for the service `execute-api`. Times are RFC 3339 in UTC with whole seconds.',
      'Whatever is turned down is answered with a problem document (RFC 9457) that has a `reason`. Where several apply, the one that stands first in the list of reasons is given.',
      'API Gateway turns some requests down before a function runs: those say `gateway`, with 400 for a body that is no JSON object, 403 without a signature and for every path and method that is not in this document, 413, 429 and 5xx. Where there is no API Gateway, as in the emulator, another path is `404` `no-such-route` and another method `405` `method-not-allowed` with `Allow`.',
      'No answer may be cached (`Cache-Control: no-store`). Answers may get more fields: ignore those that you do not know.',
    ].join('\n\n'),
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [
    {
      url: 'https://{api}.execute-api.{region}.amazonaws.com/v1',
      description: 'The API in one of its Regions.',
      variables: {
        api: { default: 'a1b2c3d4e5', description: 'The id of the REST API.' },
        region: { default: 'us-east-1', description: 'A home Region.' },
      },
    },
  ],
  security: [{ signature: [] }],
  tags: [
    { name: 'links', description: 'Issuing, looking at and revoking links.' },
    { name: 'exchange', description: 'Redeeming a link without a browser.' },
    { name: 'viewer', description: 'What is met where a link is opened. No signature: the nonce is the secret.' },
  ],
  components: {
    securitySchemes: {
      signature: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        description: 'AWS Signature Version 4. The policy of the caller allows `execute-api:Invoke`.',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
    },
  },
} as const

/** Where links are opened. */
export const viewerServers = [
  {
    url: 'https://{host}',
    description: 'The distribution.',
    variables: {
      host: { default: 'd111111abcdef8.cloudfront.net', description: 'Your domain, or that of CloudFront.' },
    },
  },
] as const
