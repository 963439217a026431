/** Parts of the document that are about the whole API. */
export const about = {
  openapi: '3.1.1',
  info: {
    title: 'once-at-edge',
    version: '0.2.0',
    summary: 'Download links that work once',
    description: [
      'An issuer requests a link to an object. The first viewer gets it; later viewers are refused.',
      'Sign requests to `/links`, `/uploads` and `/exchange` with AWS Signature Version 4 for the service `execute-api`, or send them with an access token to the token API, if the deployment has one. Times are RFC 3339 in UTC, in responses with whole seconds.',
      'The body of a refusal is a problem document (RFC 9457) with a `reason`. If several reasons apply, the response has the first one in the list of reasons.',
      'API Gateway refuses some requests itself, with the reason `gateway`: `400` if the body is not a JSON object, `403` if the signature is missing or the path or method is not in this document, `413`, `429` and 5xx. Without API Gateway, as in the emulator, another path gets `404` `no-such-route`, and another method `405` `method-not-allowed` with `Allow`.',
      'If the deployment has a firewall, it is in front of links, not of this API. To an address with too many requests it responds with `429` `too-many-requests`, `Retry-After` and a problem without `requestId`, of the type `application/json`.',
      'No response may be cached (`Cache-Control: no-store`). Later versions may add fields to responses: ignore unknown ones.',
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
  security: [{ signature: [] }, { token: [] }],
  tags: [
    { name: 'links', description: 'Issue, list, show and revoke links.' },
    { name: 'uploads', description: 'Upload files, without a right on the bucket.' },
    {
      name: 'received',
      description:
        'Upload the file that a link takes. Only the token API has these, and they need no login: what the link handed out says which upload it is for.',
    },
    { name: 'exchange', description: 'Trade a nonce for a presigned S3 URL.' },
    {
      name: 'viewer',
      description: 'Requests of viewers that open a link. They are not signed: the nonce is the secret.',
    },
    {
      name: 'webhooks',
      description: 'What the deployment sends to an endpoint of its settings, for links that name it with `notify`.',
    },
  ],
  components: {
    securitySchemes: {
      upload: {
        type: 'apiKey',
        name: 'Once-Upload',
        in: 'header',
        description: 'The `token` that a link handed out which takes a file, for its one upload.',
      },
      signature: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        description: 'AWS Signature Version 4. The caller needs a policy that allows `execute-api:Invoke`.',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
      token: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description:
          'An access token of the OpenID Connect provider in the setting `auth`. Only the token API accepts it, which has a URL of its own, and it accepts nothing else.',
      },
    },
  },
} as const

/** Servers of the links themselves. */
export const viewerServers = [
  {
    url: 'https://{host}',
    description: 'The distribution.',
    variables: {
      host: { default: 'd111111abcdef8.cloudfront.net', description: 'Your domain, or the domain from CloudFront.' },
    },
  },
] as const
