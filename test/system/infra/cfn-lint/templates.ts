import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { regulated, standard } from '../../../../infra/profiles.ts'
import type { SettingsInput } from '../../../../infra/settings.ts'
import { regions } from '../../../../shared/regions.ts'
import { combinations } from '../combinations.ts'
import { synthesise, type Templates, variants } from '../synthesised.ts'

/** A template as JSON. */
export type Template = Templates[string]

/** Every deployment whose templates are linted, by name; first those with the most resources. */
const deployments: Readonly<Record<string, SettingsInput>> = {
  ...Object.fromEntries(combinations.filter(([name]) => name.endsWith('everything'))),
  'regulated, strong': { ...regulated, mode: 'strong' },
  'standard, strong, kms': { ...standard, mode: 'strong', signer: 'kms' },
  ...variants,
  ...Object.fromEntries(combinations),
}

/**
 * Synthesises every profile and mode. Returns the templates by name, without those that hold nothing new: each of their resources and
 * outputs is in one of the others, for the same stack. That leaves 50 of 180, and no property out.
 */
export function templatesToLint(): ReadonlyMap<string, Template> {
  const seen = new Set<string>()
  const found = new Map<string, Template>()
  for (const [deployment, settings] of Object.entries(deployments)) {
    const { templates, remove } = synthesise(settings, { validated: false })
    remove()
    for (const [stack, template] of Object.entries(templates)) {
      const parts = partsOf(template).map(part => `${stack} ${part}`)
      if (parts.some(part => !seen.has(part))) found.set(`${deployment}, ${stack}`, template)
      for (const part of parts) seen.add(part)
    }
  }
  return found
}

/** Writes templates into a folder, each for its Region; those of other Regions than us-east-1 for every home Region. */
export function writeTemplates(folder: string, templates: ReadonlyMap<string, Template>): void {
  for (const [name, template] of templates) {
    const wanted = name.endsWith('us-east-1') ? ['us-east-1'] : regions
    const Metadata = { 'cfn-lint': { config: { regions: wanted } } }
    writeFileSync(join(folder, fileOf(name)), JSON.stringify({ ...template, Metadata }))
  }
}

/** Returns the file name of a template. */
export const fileOf = (name: string): string => `${name}.json`

/** Returns all that a template holds, as text, but outputs of text alone. */
function partsOf(template: Template): readonly string[] {
  const { Resources, Outputs = {}, ...others } = template
  const outputs = Object.entries(Outputs as Record<string, { Value: unknown }>)
  return [
    ...Object.entries(Resources),
    ...outputs.filter(([, { Value }]) => typeof Value !== 'string'),
    ...Object.entries(others),
  ].map(part => JSON.stringify(part))
}
