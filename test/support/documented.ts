import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parsers } from '../../api/schema-reader.ts'
import { securityHeaders } from '../../shared/http.ts'
import { openapiDocument } from '../../openapi/document.ts'
import { answerSchemas, requestSchemas } from '../../openapi/components.ts'

/** An answer over HTTP with its body read; a body that is empty is undefined. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

interface Content {
  readonly schema: { readonly $ref?: string }
  readonly examples?: Readonly<Record<string, { readonly value: Readonly<Record<string, unknown>> }>>
}

/** What the document says of one answer. */
export interface DocumentedAnswer {
  readonly headers?: Readonly<Record<string, unknown>>
  readonly content?: Readonly<Record<string, Content>>
}

/** What the document says of one operation. */
export interface DocumentedOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly parameters: readonly { readonly $ref: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<Record<string, DocumentedAnswer>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
}

const { paths } = openapiDocument() as Document
const schemas: Readonly<Record<string, object>> = { ...requestSchemas, ...answerSchemas }

/** Strict as to the schemas themselves, which the api's own is not. */
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
ajv.addVocabulary(['x-allowed'])
ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger })
ajv.addFormat('uri', text => URL.canParse(text))
for (const [name, parse] of Object.entries(parsers)) ajv.addFormat(name, text => parse(text) !== undefined)

const compiled = new Map<string, ValidateFunction>()

/**
 * What of `value` breaks the schema of this name, in which no field may be that it doesn't name; undefined when nothing
 * does.
 */
export function schemaFault(name: string, value: unknown): string | undefined {
  const validate = compiled.get(name) ?? ajv.compile(schemas[name] ?? false)
  compiled.set(name, validate)
  return validate(value) ? undefined : `${name}: ${ajv.errorsText(validate.errors)}`
}

/** The operation of a method and a path of the document. */
export function operationAt(method: string, template: string): DocumentedOperation | undefined {
  const item = paths[template]
  const key = method.toLowerCase()
  // The case of a method counts (RFC 9110, section 9.1).
  const isThere = method === key.toUpperCase() && key !== 'servers'
  return isThere && item !== undefined && Object.hasOwn(item, key) ? item[key] : undefined
}

/** The path of the document that a path is one of, if it is. */
export function templateOf(path: string): string | undefined {
  if (Object.hasOwn(paths, path) && !path.includes('{')) return path
  return /^\/links\/[^/]*$/.test(path) ? '/links/{id}' : undefined
}

/** The methods that the document has for a path, as an Allow header lists them. */
export function methodsOf(template: string): readonly string[] {
  return Object.keys(paths[template] ?? {})
    .filter(name => name !== 'servers')
    .map(name => name.toUpperCase())
    .toSorted()
}

/** Every operation of the api, with its method and path. */
export function apiOperations(): readonly { method: string; template: string; operation: DocumentedOperation }[] {
  return Object.entries(paths).flatMap(([template, item]) =>
    Object.entries(item)
      .filter(([name, operation]) => name !== 'servers' && !operation.tags.includes('viewer'))
      .map(([name, operation]) => ({ method: name.toUpperCase(), template, operation })),
  )
}

/** What of an answer the document doesn't say, or says otherwise; undefined when it is as documented. */
export function answerFault({ responses, operationId }: DocumentedOperation, answer: HttpAnswer): string | undefined {
  const { status, headers, body } = answer
  const documented = responses[String(status)]
  if (documented === undefined) return `${operationId}: no status ${status} is documented`
  const { 'content-type': type, ...others } = headers
  const named = new Set([...Object.keys(securityHeaders), ...Object.keys(documented.headers ?? {})].map(lower))
  const extra = Object.keys(others).filter(name => !named.has(name))
  if (extra.length > 0) return `${operationId} ${status}: header ${extra.join(', ')} is not documented`
  if (type === undefined) return body === undefined && documented.content === undefined ? undefined : 'no content type'
  const content = documented.content?.[type.split(';')[0] ?? type]
  if (content === undefined) return `${operationId} ${status}: ${type} is not documented`
  const name = content.schema.$ref?.split('/').at(-1)
  if (name === undefined) return undefined // a page
  return schemaFault(name, body) ?? (status < 400 ? undefined : problemFault(content, answer))
}

function lower(name: string): string {
  return name.toLowerCase()
}

/** A problem says what the example of its reason says, but for what differs from request to request. */
function problemFault({ examples = {} }: Content, { status, body }: HttpAnswer): string | undefined {
  const problem = body as Readonly<Record<string, unknown>>
  const reason = String(problem['reason'])
  if (!Object.hasOwn(examples, reason)) return `${status} ${reason} is not documented`
  const example = examples[reason]?.value ?? {}
  const same = ['type', 'title', 'status', ...(reason === 'invalid-fields' ? [] : ['detail'])]
  const other = same.filter(name => example[name] !== problem[name])
  if (status !== problem['status']) return `status ${status} with a problem of ${String(problem['status'])}`
  return other.length === 0 ? undefined : `${reason}: ${other.join(', ')} is not what is documented`
}
