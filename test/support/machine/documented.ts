import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { formats } from '../../../api/links/issue-input.ts'
import { securityHeaders } from '../../../shared/http.ts'
import { openapiDocument } from '../../../tools/openapi/document.ts'
import { requestSchemas, responseSchemas } from '../../../tools/openapi/components.ts'

/** An HTTP response with its parsed body; an empty body is undefined. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

interface Content {
  readonly schema: { readonly $ref?: string }
  readonly examples?: Readonly<Record<string, { readonly value: Readonly<Record<string, unknown>> }>>
}

/** A response as the document describes it. */
interface DocumentedResponse {
  readonly description?: string
  readonly headers?: Readonly<Record<string, unknown>>
  readonly content?: Readonly<Record<string, Content>>
}

/** An operation as the document describes it. */
export interface DocumentedOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly parameters: readonly { readonly $ref: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<Record<string, DocumentedResponse>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
}

const { paths } = openapiDocument() as Document
const schemas: Readonly<Record<string, object>> = { ...requestSchemas, ...responseSchemas }

/** Strict about the schemas themselves; the api's own validator is not. */
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
ajv.addVocabulary(['x-allowed'])
ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger })
ajv.addFormat('uri', text => URL.canParse(text))
ajv.addFormat('well-formed', text => text.isWellFormed())
for (const [name, parse] of Object.entries(formats)) ajv.addFormat(name, text => parse(text) !== undefined)

const compiled = new Map<string, ValidateFunction>()

/** Returns how `value` breaks the named schema, also by a field that it doesn't name; undefined if it doesn't. */
export function schemaFault(name: string, value: unknown): string | undefined {
  const validate = compiled.get(name) ?? ajv.compile(schemas[name] ?? false)
  compiled.set(name, validate)
  return validate(value) ? undefined : `${name}: ${ajv.errorsText(validate.errors)}`
}

/** Returns the document's operation for a method and a path template, if it has one. */
export function operationAt(method: string, template: string): DocumentedOperation | undefined {
  const item = paths[template]
  const key = method.toLowerCase()
  // Methods are case-sensitive (RFC 9110, section 9.1).
  const isMethod = method === key.toUpperCase() && key !== 'servers'
  return isMethod && item !== undefined && Object.hasOwn(item, key) ? item[key] : undefined
}

/** Returns the document's template for a path, if it has one. */
export function templateOf(path: string): string | undefined {
  if (Object.hasOwn(paths, path) && !path.includes('{')) return path
  const template = path.replace(/^\/(links|uploads|received)\/[^/]*/, '/$1/{id}')
  return template !== path && Object.hasOwn(paths, template) ? template : undefined
}

/** Returns the document's methods for a template, as an Allow header lists them. */
export function methodsOf(template: string): readonly string[] {
  return Object.keys(paths[template] ?? {})
    .filter(name => name !== 'servers')
    .map(name => name.toUpperCase())
    .toSorted()
}

/** Returns every operation of the api, with its method and template. */
export function apiOperations(): readonly { method: string; template: string; operation: DocumentedOperation }[] {
  return Object.entries(paths).flatMap(([template, item]) =>
    Object.entries(item)
      .filter(([name, operation]) => name !== 'servers' && !operation.tags.includes('viewer'))
      .map(([name, operation]) => ({ method: name.toUpperCase(), template, operation })),
  )
}

/** Returns how a response differs from the document; undefined if it is as documented. */
export function answerFault({ responses, operationId }: DocumentedOperation, response: HttpAnswer): string | undefined {
  const { status, headers, body } = response
  const documented = responses[String(status)]
  if (documented === undefined) return `${operationId}: no status ${status} is documented`
  const { 'content-type': type, ...others } = headers
  // `x-once` is for checks of a deployment, not for clients.
  const named = new Set(
    ['x-once', ...Object.keys(securityHeaders), ...Object.keys(documented.headers ?? {})].map(lower),
  )
  const extra = Object.keys(others).filter(name => !named.has(name))
  if (extra.length > 0) return `${operationId} ${status}: header ${extra.join(', ')} is not documented`
  if (type === undefined) return body === undefined && documented.content === undefined ? undefined : 'no content type'
  const content = documented.content?.[type.split(';')[0] ?? type]
  if (content === undefined) return `${operationId} ${status}: ${type} is not documented`
  const name = content.schema.$ref?.split('/').at(-1)
  if (name === undefined) return undefined // a page
  return schemaFault(name, body) ?? (status < 400 ? undefined : problemFault(content, response))
}

function lower(name: string): string {
  return name.toLowerCase()
}

/** Returns how a problem differs from the example of its reason, except in fields that vary by request. */
function problemFault({ examples = {} }: Content, { status, body }: HttpAnswer): string | undefined {
  const problem = body as Readonly<Record<string, unknown>>
  const reason = String(problem['reason'])
  if (!Object.hasOwn(examples, reason)) return `${status} ${reason} is not documented`
  const example = examples[reason]?.value ?? {}
  const same = ['type', 'title', 'status', ...(problem['errors'] === undefined ? ['detail'] : [])]
  const other = same.filter(name => example[name] !== problem[name])
  if (status !== problem['status']) return `status ${status} with a problem of ${String(problem['status'])}`
  return other.length === 0 ? undefined : `${reason}: ${other.join(', ')} is not what is documented`
}
