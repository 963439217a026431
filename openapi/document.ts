import { type ApiReason, apiRefusals } from '../shared/api-refusal.ts'
import { problemType } from '../shared/http.ts'
import { reasons, refusalFor } from '../shared/refusal.ts'
import { about, viewerServers } from './about.ts'
import { answerSchemas, headers, parameters, requestSchemas } from './components.ts'
import { exampleErrors, exampleRequestId } from './examples.ts'
import { exchangeOperation, linksOperations } from './links-operations.ts'
import { type Operation, refusalsOf, type Success, type ToldReason } from './operation.ts'
import { viewerOperations } from './viewer-operations.ts'

/** Every operation, in the order of the document. */
export const operations: readonly Operation[] = [...linksOperations, exchangeOperation, ...viewerOperations]

/** The OpenAPI 3.1 document, as data that JSON can hold. */
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
    components: {
      ...about.components,
      schemas: {
        ...mapped(requestSchemas, schema => rendered(schema, schema)),
        ...mapped(answerSchemas, schema => opened(rendered(schema, schema))),
      },
      parameters,
      headers,
    },
  }
}

/** The same as text: what is in docs/openapi.json. */
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
  const answers = [
    ...successes.map(success => [success.status, successObject(success)] as const),
    ...[...refusals].map(([status, told]) => [status, refusalObject(told, tag)] as const),
  ].toSorted(([a], [b]) => a - b)
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    ...(tag === 'viewer' && { security: [] }),
    parameters: operation.parameters.map(name => ({ $ref: `#/components/parameters/${name}` })),
    ...(body && { requestBody: { required: true, content: json(body.schema, body.examples) } }),
    responses: {
      ...Object.fromEntries(answers.map(([status, answer]) => [String(status), answer])),
      ...(tag !== 'viewer' && { default: otherAnswer }),
    },
  }
}

/** What stands for every status that has no entry of its own. */
const otherAnswer = {
  description:
    'Whatever else API Gateway turns down or gets no answer to, such as 500, 502 and 504. Reason: `gateway`.',
  content: { [problemType]: refTo('ProblemDocument') },
}

function successObject({ description, schema, headers: names = [], examples = {}, alsoHtml }: Success): object {
  const html = alsoHtml === true && { 'text/html': { schema: { type: 'string' } } }
  return {
    description,
    ...(names.length > 0 && { headers: headersNamed(names) }),
    ...(schema !== undefined && { content: { ...json(schema, examples), ...html } }),
  }
}

function headersNamed(names: readonly string[]): object {
  const named = (name: string) => (name === 'SignedUrl' ? 'Location' : name)
  return Object.fromEntries(names.map(name => [named(name), { $ref: `#/components/headers/${name}` }]))
}

/** All refusals with one status. */
function refusalObject(told: readonly ToldReason[], tag: Operation['tag']): object {
  const names = [
    ...(told.some(waits) ? ['Retry-After'] : []),
    ...(tag === 'links' && told.some(({ reason }) => reason !== 'gateway') ? ['RateLimit', 'RateLimit-Policy'] : []),
  ]
  if (tag === 'viewer') names.push('Content-Language', 'Content-Security-Policy')
  const examples = told.map(each => [each.reason, { summary: each.title, value: problemOf(each) }] as const)
  const html = tag === 'viewer' && { 'text/html': { schema: { type: 'string' } } }
  return {
    description: `Reasons: ${told.map(({ reason }) => `\`${reason}\``).join(', ')}.`,
    ...(names.length > 0 && { headers: headersNamed(names) }),
    content: { [problemType]: { ...refTo('ProblemDocument'), examples: Object.fromEntries(examples) }, ...html },
  }
}

/** Whether the answer says when to come again. */
function waits({ reason, status, retryAfterSeconds }: ToldReason): boolean {
  return (
    retryAfterSeconds !== undefined || status === 429 || reason === 'unavailable' || reason === 'idempotency-key-in-use'
  )
}

/** The problem document of a refusal, as it would be for some request. */
function problemOf({ reason, status, title, detail }: ToldReason): object {
  const errors = reason === 'invalid-fields' ? exampleErrors : undefined
  const details = errors?.map(({ field, got, allowed }) => `${field}: got ${got}, allowed: ${allowed}`).join('; ')
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

function mapped<T>(from: Readonly<Record<string, T>>, change: (value: T) => unknown): object {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, change(value)]))
}

const names = new Map<unknown, string>(
  Object.entries({ ...requestSchemas, ...answerSchemas }).map(([name, schema]) => [schema, name]),
)

/** The name under which the document has a schema, if it has one of its own. */
export function nameOf(schema: unknown): string | undefined {
  return names.get(schema)
}

/** A schema with others of ours in it by name. */
function rendered(value: unknown, whole: unknown): unknown {
  const name = value === whole ? undefined : names.get(value)
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
  if (Array.isArray(value)) return value.map(each => rendered(each, whole))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rendered(each, whole)]))
}

/** A schema that lets fields through which it doesn't name. */
function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key, each]) => key !== 'additionalProperties' || each !== false)
  return Object.fromEntries(entries.map(([key, each]) => [key, opened(each)]))
}
