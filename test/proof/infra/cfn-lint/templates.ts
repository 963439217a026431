import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { regulated, starter } from '../../../../infra/app/profiles.ts'
import { anyAddress, withParameters } from '../../../../infra/app/template-parameters.ts'
import { parseSettings } from '../../../../infra/settings/parse-settings.ts'
import type { SettingsInput } from '../../../../infra/settings/settings.ts'
import { regions } from '../../../../shared/regions.ts'
import { combinations } from '../../../support/infra/combinations.ts'
import { type Resource, synthesise, type Templates, variants } from '../../../support/infra/synthesised.ts'

/** A template as JSON. */
export type Template = Templates[string]

/** Every deployment whose templates are linted, by name; first those with the most resources, whose home is elsewhere than us-east-1. */
const deployments: Readonly<Record<string, SettingsInput>> = {
  ...Object.fromEntries(combinations.filter(([name]) => name.endsWith('everything')).toReversed()),
  'regulated, strong': { ...regulated, mode: 'strong' },
  ...variants,
  ...Object.fromEntries(combinations),
}

/**
 * Synthesises every profile and mode, and returns the templates by name. What another one has is left out, unless the rest refers to
 * it: so each resource and output is in one of them, and linting takes a third of the time.
 */
export function templatesToLint(): ReadonlyMap<string, Template> {
  const seen = new Set<string>()
  const found = new Map<string, Template>()
  for (const [deployment, settings] of Object.entries(deployments)) {
    const { templates, remove } = synthesise(settings, { validated: false })
    remove()
    for (const [stack, template] of Object.entries(templates)) {
      const isNew = (part: readonly [string, Part]) => {
        const unseen = lintedOf(part, template).filter(text => !seen.has(text))
        for (const text of unseen) seen.add(text)
        return unseen.length > 0
      }
      const rest = reduced(template, isNew)
      if (rest !== undefined) found.set(`${deployment}, ${stack}`, rest)
    }
  }
  for (const [stack, template] of parametrised()) found.set(`parameters, ${stack}`, template)
  return found
}

/** Returns the templates of a deployment by others, with all parameters and rules. */
function parametrised(): readonly (readonly [string, Template])[] {
  const certificate = 'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555'
  const settings = { ...starter, domainName: 'files.example.com', certificate, alarmEmail: anyAddress }
  const { templates, remove } = synthesise(settings, { validated: false, deployer: 'templates' })
  remove()
  return Object.entries(templates).map(([stack, template]) => {
    const region = stack.replace('once-', '')
    return [stack, withParameters(template, parseSettings(settings), region) as unknown as Template]
  })
}

/** A resource or an output. */
type Part = Partial<Resource> & { readonly Value?: unknown }

/**
 * Returns what cfn-lint looks at in a resource or an output: its text, in which each resource is called by its type, and of which types
 * it waits for others. Names of Regions, hashes of code and outputs that are only text make no difference.
 */
function lintedOf(
  [id, { DependsOn = [], ...part }]: readonly [string, Part],
  { Resources }: Template,
): readonly string[] {
  if (typeof part.Value === 'string') return [id]
  const text = JSON.stringify(part)
  const typed = text.replaceAll(/\w+/g, word => Resources[word]?.Type ?? word)
  const waits = DependsOn.map(other => `${part.Type} ${Resources[other]?.Type} ${text.includes(`"${other}"`)}`)
  return [typed.replaceAll(/\b([0-9a-f]{64}|[a-z]{2}-[a-z]+-\d)/g, ''), ...waits]
}

/**
 * Returns a template with its new resources and outputs, and the resources and mappings to which they refer, which wait for nothing;
 * undefined if nothing is new.
 */
function reduced(template: Template, isNew: (part: readonly [string, Part]) => boolean): Template | undefined {
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
      const { DependsOn: _, ...withoutWaits } = resource
      resources.set(word, withoutWaits)
      queue.push(withoutWaits)
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
