import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { regulated, standard } from '../../../../infra/profiles.ts'
import type { SettingsInput } from '../../../../construct/settings.ts'
import { regions } from '../../../../shared/regions.ts'
import { combinations } from '../../../system/infra/combinations.ts'
import { synthesise, type Templates, variants } from '../../../system/infra/synthesised.ts'

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
 * Synthesises every profile and mode, and returns the templates by name. What another one has for the same stack is left out, unless
 * the rest refers to it: so every resource and output is in one of them, and linting takes a third less time.
 */
export function templatesToLint(): ReadonlyMap<string, Template> {
  const seen = new Set<string>()
  const found = new Map<string, Template>()
  for (const [deployment, settings] of Object.entries(deployments)) {
    const { templates, remove } = synthesise(settings, { validated: false })
    remove()
    for (const [stack, template] of Object.entries(templates)) {
      const isNew = ([id, part]: readonly [string, unknown]) => {
        const text = JSON.stringify([stack, id, part])
        // The output with the settings is text, which is new in each deployment.
        return id !== 'Deployment' && !seen.has(text) && seen.add(text)
      }
      const rest = reduced(template, isNew)
      if (rest !== undefined) found.set(`${deployment}, ${stack}`, rest)
    }
  }
  return found
}

/**
 * Returns a template with its new resources and outputs, and the resources and mappings to which they refer; undefined if nothing
 * is new.
 */
function reduced(template: Template, isNew: (part: readonly [string, unknown]) => unknown): Template | undefined {
  const { Resources, Outputs = {}, Mappings = {} } = template as Template & { Mappings?: object }
  const outputs = Object.entries(Outputs).filter(isNew)
  const resources = new Map(Object.entries(Resources).filter(isNew))
  if (resources.size + outputs.length === 0) return undefined
  const queue: unknown[] = [...resources, ...outputs]
  const words = new Set<string>()
  for (const part of queue) {
    for (const word of JSON.stringify(part).match(/\w+/g) ?? []) {
      words.add(word)
      const resource = Resources[word]
      if (resource === undefined || resources.has(word)) continue
      resources.set(word, resource)
      queue.push(resource)
    }
  }
  const mappings = Object.entries(Mappings).filter(([name]) => words.has(name))
  return Object.assign({}, template, {
    Resources: Object.fromEntries(resources),
    Outputs: Object.fromEntries(outputs),
    Mappings: mappings.length === 0 ? undefined : Object.fromEntries(mappings),
  })
}

/** Whether a template is linted for every home Region, which takes long: those with the most resources are, and in their own Region all others. */
const isForAllRegions = (name: string) => !name.endsWith('us-east-1') && /everything, |^regulated, strong, /.test(name)

/** Returns the types of resources that are in no template for every home Region, and in one for another Region than us-east-1. */
export function typesOfOneRegion(templates: ReadonlyMap<string, Template>): readonly string[] {
  const typesIn = (names: readonly string[]) =>
    new Set(names.flatMap(name => Object.values(templates.get(name)?.Resources ?? {}).map(({ Type }) => Type)))
  const regional = [...templates.keys()].filter(name => !name.endsWith('us-east-1'))
  const linted = typesIn(regional.filter(isForAllRegions))
  return [...typesIn(regional)].filter(type => !linted.has(type))
}

/** Writes templates into a folder, each for its Region or for every home Region. */
export function writeTemplates(folder: string, templates: ReadonlyMap<string, Template>): void {
  for (const [name, template] of templates) {
    const [own = ''] = /[a-z]+-[a-z]+-\d$/.exec(name) ?? []
    const Metadata = { 'cfn-lint': { config: { regions: isForAllRegions(name) ? regions : [own] } } }
    writeFileSync(join(folder, fileOf(name)), JSON.stringify({ ...template, Metadata }))
  }
}

/** Returns the file name of a template. */
export const fileOf = (name: string): string => `${name}.json`
