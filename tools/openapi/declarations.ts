/** Fields of a JSON Schema from shared/schemas/ that affect its type. */
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
 * Makes TypeScript declarations: one exported type per schema, named by its title, with descriptions as comments. The client
 * package contains these, so that it needs no package that derives types from schemas. Throws if a schema has no type, or an
 * unknown one.
 */
export function declarationsOf(schemas: readonly Schema[]): string {
  return schemas
    .map(schema => `${commentOf(schema, '')}export type ${schema.title} = ${typeOf(schema, '', schemas)}\n`)
    .join('\n')
}

function typeOf(schema: Schema, indent: string, named: readonly Schema[]): string {
  const branches = schema.anyOf ?? schema.oneOf
  if (branches !== undefined) return branches.map(each => nameOrType(each, indent, named)).join(' | ')
  if (schema.enum !== undefined) return schema.enum.map(value => JSON.stringify(value)).join(' | ')
  if ('const' in schema) return JSON.stringify(schema.const)
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  if (types.length === 0) throw new Error(`got a schema without a type: ${JSON.stringify(schema).slice(0, 200)}`)
  return types.map(type => singleType(type, schema, { indent, named })).join(' | ')
}

function singleType(
  type: string,
  schema: Schema,
  { indent, named }: { readonly indent: string; readonly named: readonly Schema[] },
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
      return `Array<${schema.items === undefined ? 'unknown' : nameOrType(schema.items, indent, named)}>`
    case 'object':
      return objectType(schema, indent, named)
    default:
      throw new Error(`got the type ${JSON.stringify(type)}, allowed: those of JSON Schema`)
  }
}

function nameOrType(schema: Schema, indent: string, named: readonly Schema[]): string {
  return named.includes(schema) ? (schema.title ?? '') : typeOf(schema, indent, named)
}

function objectType({ properties = {}, required = [] }: Schema, indent: string, named: readonly Schema[]): string {
  const inner = `${indent}  `
  const lines = Object.entries(properties).map(([name, schema]) => {
    const type = nameOrType(schema, inner, named)
    const field = required.includes(name) ? `${name}: ${type}` : `${name}?: ${type}`
    return `${commentOf(schema, inner)}${inner}${field}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

function commentOf({ description }: Schema, indent: string): string {
  return description === undefined ? '' : `${indent}/** ${description.replaceAll('*/', '* /')} */\n`
}
