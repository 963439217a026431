import { type JsonSchema, JsonSchemaType, JsonSchemaVersion } from 'aws-cdk-lib/aws-apigateway'
import { batchRequest } from '../../shared/openapi/batch.ts'
import { exchangeRequest } from '../../shared/openapi/exchange.ts'
import { issueLink } from '../../shared/openapi/issue-link.ts'

/** What of a body's schema API Gateway is told. */
interface BodySchema {
  readonly required: readonly string[]
  readonly properties: Readonly<Record<string, FieldSchema>>
}

interface FieldSchema {
  readonly type?: string
  readonly enum?: readonly unknown[]
}

/**
 * The shape of a body as API Gateway checks it, so that what can't be right costs no function. Names and types alone: what
 * is allowed in a field is said by the function, which names it and what it got.
 */
function modelOf(title: string, { required, properties }: BodySchema): JsonSchema {
  const fields = Object.entries(properties).map(([name, field]) => [name, { type: typeOf(field) }] as const)
  return {
    schema: JsonSchemaVersion.DRAFT4,
    type: JsonSchemaType.OBJECT,
    additionalProperties: false,
    title,
    required: [...required],
    properties: Object.fromEntries(fields),
  }
}

const typesByName = new Map<string, JsonSchemaType>(Object.values(JsonSchemaType).map(type => [type, type]))

/** A field without a type of its own takes values of several, and lists them. */
function typeOf(field: FieldSchema): JsonSchemaType | JsonSchemaType[] {
  const names = field.type === undefined ? new Set((field.enum ?? []).map(value => typeof value)) : [field.type]
  const types = [...names].map(name => {
    const type = typesByName.get(name)
    if (type === undefined) throw new TypeError(`type of a field: got ${name}, allowed: those of JSON Schema`)
    return type
  })
  const [first, ...others] = types
  return first !== undefined && others.length === 0 ? first : types
}

/** The shape of `POST /links`. */
export const linkModel: JsonSchema = modelOf('Link', issueLink)

/** The shape of `POST /links/batch`: a list of whatever, since one link that is wrong must spoil no other. */
export const batchModel: JsonSchema = modelOf('Batch', batchRequest)

/** The shape of `POST /exchange`. */
export const exchangeModel: JsonSchema = modelOf('Exchange', exchangeRequest)
