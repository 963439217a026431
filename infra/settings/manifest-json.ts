import * as v from 'valibot'
import { parseJson } from '../../shared/fields.ts'
import { parseSettings } from './parse-settings.ts'
import type { Settings } from './settings.ts'

// Apart from infra/resources/manifest.ts, which imports the CDK: loading that takes a second.

/** Where a value is that belongs to another stack: CloudFormation refuses references to other stacks in outputs. */
const elsewhere = v.object({ stack: v.string(), region: v.string(), output: v.string() })

/** Text, or where it is. */
const text = v.union([v.string(), elsewhere])

const manifest = v.object({
  onceAtEdge: v.literal(1),
  settings: v.looseObject({ name: v.string() }),
  /** By its stack. */
  distribution: v.object({
    stack: v.string(),
    region: v.string(),
    /** The folders of files that it serves, if it is one of yours; absent if it is the deployment's. */
    prefixes: v.optional(v.array(v.string())),
  }),
  content: v.optional(
    v.object({
      bucket: text,
      region: v.string(),
      account: v.string(),
      /** The ARN of the key of the files; absent with keys of S3. */
      key: v.optional(text),
      /** Whether files can be uploaded to it. */
      uploads: v.optional(v.boolean()),
    }),
  ),
})

/** Such a place. */
export type Elsewhere = v.InferOutput<typeof elsewhere>

/** What the output of a construct says of its deployment, for programs that have no settings file. */
export type Manifest = v.InferOutput<typeof manifest>

type Content = NonNullable<Manifest['content']>

/** The bucket of yours, when all of it is known. */
export type ContentText = { readonly [N in keyof Content]: Exclude<Content[N], Elsewhere> }

/** Returns the settings without those that have their default value. */
export function withoutDefaults(settings: Pick<Settings, 'homeRegions'>): object {
  const defaults = parseSettings({ homeRegions: settings.homeRegions }) as Record<string, unknown>
  const isDefault = ([name, value]: readonly [string, unknown]) =>
    value === undefined || JSON.stringify(value) === JSON.stringify(defaults[name])
  const kept = new Set(['name', 'homeRegions'])
  return Object.fromEntries(Object.entries(settings).filter(each => kept.has(each[0]) || !isDefault(each)))
}

/**
 * Returns JSON for an output, or what resolves to it, in ASCII: CloudFormation returns a `?` for every other character of an output, so
 * each is written as an escape of JSON, which parses to the same.
 */
export function asciiJson<Value>(json: Value): Value {
  const escaped = (unit: string) => `\\\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.parse(JSON.stringify(json).replaceAll(/[^\0-\x7f]/g, escaped)) as Value
}

/** Whether a value of a manifest is elsewhere. */
export function isElsewhere(value: unknown): value is Elsewhere {
  return v.is(elsewhere, value)
}

/** Parses an output; undefined if it isn't one of the construct. */
export function parseManifest(text: string): Manifest | undefined {
  const parsed = v.safeParse(manifest, parseJson(text))
  return parsed.success ? parsed.output : undefined
}
