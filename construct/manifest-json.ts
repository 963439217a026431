import * as v from 'valibot'
import { parseSettings } from './parse-settings.ts'
import type { Settings } from './settings.ts'

// Apart from construct/resources/manifest.ts, which imports the CDK: loading that takes a second.

/** A distribution by its stack. */
const distribution = v.object({
  stack: v.string(),
  region: v.string(),
  /** The folders of files that it serves, if it is one of yours; absent if it is the deployment's. */
  prefixes: v.optional(v.array(v.string())),
})

const content = v.object({
  bucket: v.string(),
  region: v.string(),
  account: v.string(),
  /** The ARN of the key of the files; absent with keys of S3. */
  key: v.optional(v.string()),
})

const manifest = v.object({
  onceAtEdge: v.literal(1),
  settings: v.looseObject({ name: v.string() }),
  distribution,
  content: v.optional(content),
})

/** What the output of a construct says of its deployment, for programs that have no settings file. */
export type Manifest = v.InferOutput<typeof manifest>

/** Returns the settings without those that have their default value. */
export function withoutDefaults(settings: Settings): object {
  const defaults = parseSettings({ homeRegions: settings.homeRegions }) as Record<string, unknown>
  const isDefault = ([name, value]: readonly [string, unknown]) =>
    value === undefined || JSON.stringify(value) === JSON.stringify(defaults[name])
  const kept = new Set(['name', 'homeRegions'])
  return Object.fromEntries(Object.entries(settings).filter(each => kept.has(each[0]) || !isDefault(each)))
}

/** Parses an output; undefined if it isn't one of the construct. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const parsed = v.safeParse(manifest, JSON.parse(text))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}
