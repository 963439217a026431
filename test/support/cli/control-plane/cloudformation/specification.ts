import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** What CloudFormation knows of a type of resources. */
export interface ResourceType {
  readonly properties: ReadonlySet<string>
  readonly required: readonly string[]
  /** Names of the properties whose change replaces the resource. */
  readonly replacedBy: ReadonlySet<string>
  readonly attributes: ReadonlySet<string>
}

interface Entity {
  readonly cloudFormationType: string
  readonly properties: Readonly<Record<string, { readonly required?: boolean; readonly causesReplacement?: string }>>
  readonly attributes: Readonly<Record<string, unknown>>
}

/**
 * Returns what CloudFormation's registry says of a type, from the specification that the CDK's command line brings; undefined for
 * custom resources and for types that it doesn't know.
 */
export function resourceType(type: string): ResourceType | undefined {
  types ??= readTypes()
  return types.get(type)
}

let types: ReadonlyMap<string, ResourceType> | undefined

function readTypes(): ReadonlyMap<string, ResourceType> {
  const folder = dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json'))
  const { schema } = JSON.parse(gunzipSync(readFileSync(join(folder, 'db.json.gz'))).toString()) as {
    schema: { resource: { entities: readonly Entity[] } }
  }
  return new Map(
    schema.resource.entities.map(({ cloudFormationType, properties, attributes }) => {
      const all = Object.entries(properties)
      const names = (test: (property: Entity['properties'][string]) => boolean) =>
        all.filter(([, property]) => test(property)).map(([name]) => name)
      return [
        cloudFormationType,
        {
          properties: new Set(Object.keys(properties)),
          required: names(({ required }) => required === true),
          replacedBy: new Set(names(({ causesReplacement }) => causesReplacement === 'yes')),
          attributes: new Set(Object.keys(attributes)),
        },
      ]
    }),
  )
}
