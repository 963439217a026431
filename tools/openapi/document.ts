import { type ApiReason, apiRefusals } from '../../shared/api/refusal.ts'
import { describeInvalid, type InvalidField } from '../../shared/fields.ts'
import { problemType } from '../../shared/http.ts'
import { reasons, refusalFor } from '../../shared/refusal.ts'
import { tokenRefusals } from '../../shared/api/token-refusal.ts'
import { about, viewerServers } from './about.ts'
import { apiOperations } from './api-operations.ts'
import { headers, parameters, requestSchemas, responseSchemas } from './components.ts'
import { exampleErrors, exampleRequestId } from './examples.ts'
import { receivedOperations } from './received-operations.ts'
import { type Operation, type OperationRefusal, quotaHeaders, refusalsOf, type Success } from './operation.ts'
import { uploadOperations } from './upload-operations.ts'
import { viewerOperations } from './viewer-operations.ts'
import { webhookItems } from './webhooks.ts'

/** All operations, in the order of the document. */
const operations: readonly Operation[] = [
  ...apiOperations,
  ...uploadOperations,
  ...receivedOperations,
  ...viewerOperations,
]

/** Makes the OpenAPI 3.1 document, as JSON data. */
export function openapiDocument(): object {
  const byPath = Map.groupBy(operations, ({ path }) => path)
  const paths = [...byPath].map(([path, methods]) => [path, pathItem(methods)] as const)
  return {
    ...about,
    'x-refusals': {
      api: (Object.keys(apiRefusals) as ApiReason[]).map(reason => ({ reason, status: apiRefusals[reason].status })),
      links: reasons.map(reason => ({ reason, status: refusalFor(reason).status })),
    },
    paths: Object.fromEntries(paths),
    webhooks: webhookItems,
    components: {
      ...about.components,
      schemas: {
        ...mapValues(requestSchemas, schema => withRefs(schema)),
        ...mapValues(responseSchemas, schema => withoutLimits(withRefs(schema))),
      },
      parameters,
      headers,
    },
  }
}

/** Makes the text of docs/openapi.json. */
export function openapiText(): string {
  return `${JSON.stringify(openapiDocument(), undefined, 2)}\n`
}

function pathItem(methods: readonly Operation[]): object {
  const isViewer = methods.some(({ tag }) => tag === 'viewer')
  return {
    ...(isViewer && { servers: viewerServers }),
    ...Object.fromEntries(methods.map(operation => [operation.method, operationObject(operation)])),
  }
}

function operationObject(operation: Operation): object {
  const { id, tag, summary, description, body, successes } = operation
  const refusals = Map.groupBy(refusalsOf(operation), ({ status }) => status)
  const responses = [
    ...successes.map(success => [success.status, successObject(success)] as const),
    ...[...refusals].map(([status, withStatus]) => [status, refusalObject(withStatus, tag)] as const),
  ].toSorted(([a], [b]) => a - b)
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    ...(tag === 'viewer' && { security: [] }),
    ...(tag === 'received' && { security: [{ upload: [] }] }),
    parameters: operation.parameters.map(name => ({ $ref: `#/components/parameters/${name}` })),
    ...(body && { requestBody: { required: true, content: json(body.schema, body.examples) } }),
    responses: {
      ...Object.fromEntries(responses.map(([status, response]) => [String(status), response])),
      ...(tag !== 'viewer' && { default: otherResponse }),
    },
  }
}

/** For every status without an entry of its own. */
const otherResponse = {
  description: 'Other refusals and failures of API Gateway, such as 500, 502 and 504. Reason: `gateway`.',
  content: { [problemType]: refTo('ProblemDocument') },
}

function successObject({ description, schema, headers: names = [], examples = {}, alsoHtml, links }: Success): object {
  const html = alsoHtml === true && { 'text/html': { schema: { type: 'string' } } }
  return {
    description,
    ...(names.length > 0 && { headers: headersNamed(names) }),
    ...(schema !== undefined && { content: { ...json(schema, examples), ...html } }),
    ...(links !== undefined && { links }),
  }
}

function headersNamed(names: readonly string[]): object {
  const httpName = (name: string) => (name === 'SignedUrl' ? 'Location' : name)
  return Object.fromEntries(names.map(name => [httpName(name), { $ref: `#/components/headers/${name}` }]))
}

/** Reasons that come before the quota: their responses don't say how much of it is left. */
const beforeQuota: ReadonlySet<string> = new Set([
  ...Object.keys(tokenRefusals),
  'gateway',
  'not-an-issuer',
  'verb-not-allowed',
])

/** Makes the response for all refusals with one status. */
function refusalObject(refusals: readonly OperationRefusal[], tag: Operation['tag']): object {
  const names = [
    ...(refusals.some(hasRetryAfter) ? ['Retry-After'] : []),
    ...(refusals.some(({ status }) => status === 401) ? ['WWW-Authenticate'] : []),
    ...(refusals.some(({ reason }) => !beforeQuota.has(reason)) ? quotaHeaders(tag) : []),
  ]
  if (tag === 'viewer') names.push('Set-Cookie', 'Content-Language', 'Content-Security-Policy')
  // Other refusals of tokens differ from this one in reason and detail only.
  const shown = refusals.filter(({ reason }) => reason === 'token-expired' || !(reason in tokenRefusals))
  const examples = shown.map(each => [each.reason, { summary: each.title, value: problemOf(each) }] as const)
  const html = tag === 'viewer' && { 'text/html': { schema: { type: 'string' } } }
  return {
    description: `Reasons: ${refusals.map(({ reason }) => `\`${reason}\``).join(', ')}.`,
    ...(names.length > 0 && { headers: headersNamed(names) }),
    content: { [problemType]: { ...refTo('ProblemDocument'), examples: Object.fromEntries(examples) }, ...html },
  }
}

/** Reasons that go away by themselves. */
const passing: ReadonlySet<string> = new Set(['unavailable', 'idempotency-key-in-use', 'object-unchecked'])

/** Whether the response may have a Retry-After. */
function hasRetryAfter({ reason, status, retryAfterSeconds }: OperationRefusal): boolean {
  return retryAfterSeconds !== undefined || status === 429 || passing.has(reason)
}

/** Makes an example of the problem document of a refusal. */
function problemOf({ reason, status, title, detail }: OperationRefusal): object {
  const errors: readonly InvalidField[] | undefined = Object.hasOwn(exampleErrors, reason)
    ? exampleErrors[reason as keyof typeof exampleErrors]
    : undefined
  const details = errors?.map(describeInvalid).join('; ')
  return {
    type: `urn:once-at-edge:problem:${reason}`,
    title,
    status,
    detail: details ?? detail,
    reason,
    requestId: exampleRequestId,
    ...(errors && { errors }),
  }
}

function json(schema: string, examples: object): object {
  return { 'application/json': { ...refTo(schema), examples } }
}

function refTo(name: string): { readonly schema: object } {
  return { schema: { $ref: `#/components/schemas/${name}` } }
}

function mapValues<T>(record: Readonly<Record<string, T>>, map: (value: T) => unknown): object {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}

const names = new Map<unknown, string>(
  Object.entries({ ...requestSchemas, ...responseSchemas }).map(([name, schema]) => [schema, name]),
)

/** Returns a schema with references in place of the document's schemas inside of it. */
function withRefs(schema: unknown): unknown {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    const name = key === '' ? undefined : names.get(value)
    return name === undefined ? value : { $ref: `#/components/schemas/${name}` }
  })
  return JSON.parse(text)
}

/** Removes `additionalProperties: false` from a schema, so that it accepts unknown fields. */
function withoutLimits(schema: unknown): unknown {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  )
  return JSON.parse(text)
}
