/** What a JSON Schema of shared/schemas may hold, as far as types go. */
interface Schema {
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

/**
 * The TypeScript declarations of some schemas, one exported type for each, named by its title, descriptions as comments. Those
 * who install the client get these, and not the package that derives types from schemas. Throws at what it does not know.
 */
export function declarationsOf(schemas: readonly Schema[]): string {
  const named = new Map(schemas.map(schema => [schema, schema.title ?? '']))
  return schemas
    .map(schema => `${commentOf(schema, '')}export type ${named.get(schema)} = ${typeOf(schema, '', named)}\n`)
    .join('\n')
}

type Names = ReadonlyMap<Schema, string>

function typeOf(schema: Schema, indent: string, named: Names): string {
  const branches = schema.anyOf ?? schema.oneOf
  if (branches !== undefined) return branches.map(each => referTo(each, indent, named)).join(' | ')
  if (schema.enum !== undefined) return schema.enum.map(value => JSON.stringify(value)).join(' | ')
  if ('const' in schema) return JSON.stringify(schema.const)
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  if (types.length === 0) throw new Error(`got a schema without a type: ${JSON.stringify(schema).slice(0, 200)}`)
  return types.map(type => ofOneType(type, schema, { indent, named })).join(' | ')
}

function ofOneType(
  type: string,
  schema: Schema,
  { indent, named }: { readonly indent: string; readonly named: Names },
): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `Array<${schema.items === undefined ? 'unknown' : referTo(schema.items, indent, named)}>`
    case 'object':
      return objectOf(schema, indent, named)
    default:
      throw new Error(`got the type ${JSON.stringify(type)}, allowed: those of JSON Schema`)
  }
}

function referTo(schema: Schema, indent: string, named: Names): string {
  return named.get(schema) ?? typeOf(schema, indent, named)
}

function objectOf({ properties = {}, required = [] }: Schema, indent: string, named: Names): string {
  const inner = `${indent}  `
  const lines = Object.entries(properties).map(([name, schema]) => {
    const type = referTo(schema, inner, named)
    const typed = required.includes(name) ? `${name}: ${type}` : `${name}?: ${type}`
    return `${commentOf(schema, inner)}${inner}${typed}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

function commentOf({ description }: Schema, indent: string): string {
  return description === undefined ? '' : `${indent}/** ${description.replaceAll('*/', '* /')} */\n`
}
