import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { missingPython, runPython } from '../../support/machine/python.ts'
import provider from './terraform/provider.json' with { type: 'json' }

const terraform = join(import.meta.dirname, '../../../infra/terraform')

/** Blocks as python-hcl2 has them, without quotes: labels are keys, and blocks that may repeat are lists. */
type Blocks = Readonly<Record<string, unknown>>
type Schema = Readonly<Record<'required' | 'optional' | 'computed' | 'timeouts', string>>

const print =
  'import hcl2, json, sys; print(json.dumps([hcl2.load(open(f)) for f in sys.argv[1:]]).replace(\'\\\\"\', ""))'
const namesIn = (blocks: unknown) => Object.keys(blocks ?? {}).filter(name => !name.startsWith('__'))
const schemaOf = (type: string) => (provider.types as Readonly<Record<string, Partial<Schema>>>)[type] ?? {}
const words = (text = '') => text.split(' ').filter(word => word !== '')

/** Returns the blocks of a kind in files of one folder, each with its first label. */
const blocksOf = (files: readonly Blocks[], kind: string) =>
  files.flatMap(file => ((file[kind] ?? []) as Blocks[]).flatMap(block => Object.entries(block)))

/** Returns what the provider's schema does not have, or demands, of the resources in a folder. */
function wrongArguments(files: readonly Blocks[]): readonly string[] {
  const resources = blocksOf(files, 'resource').flatMap(([type, labelled]) =>
    Object.entries(labelled as Readonly<Record<string, Blocks>>).map(([label, given]) => ({ type, label, given })),
  )
  return resources.flatMap(({ type, label, given }) => {
    const { required, optional, timeouts } = schemaOf(type)
    const allowed = new Set([...words(required), ...words(optional), 'for_each', 'depends_on', 'lifecycle'])
    const [times] = (given['timeouts'] ?? []) as Blocks[]
    return [
      ...namesIn(given).filter(name => !allowed.has(name)),
      ...words(required).filter(name => !(name in given)),
      ...namesIn(times).filter(name => !words(timeouts).includes(name)),
    ].map(name => `${type}.${label}: ${name}`)
  })
}

/** An attribute of a resource: type, label, an index, which may have another in it, and the attribute. */
const attributes = /(?<!\w)(aws_\w+)\.(\w+)(?:\[(?:[^[\]]|\[[^[\]]*\])*\])?(?:\.(\w+))?/g

/** Returns the references in a folder to what it does not declare, and to attributes that the provider's schema does not have. */
function wrongReferences(files: readonly Blocks[]): readonly string[] {
  const text = JSON.stringify(files)
  const known = new Set([
    ...blocksOf(files, 'variable').map(([name]) => `var.${name}`),
    ...blocksOf(files, 'locals').map(([name]) => `local.${name}`),
    ...blocksOf(files, 'module').map(([name]) => `module.${name}`),
    ...blocksOf(files, 'resource').flatMap(([type, labelled]) => namesIn(labelled).map(label => `${type}.${label}`)),
  ])
  const wrong = [...text.matchAll(/(?<![\w.])(?:var|local|module)\.\w+/g)].map(([name]) => name)
  const resources = [...text.matchAll(attributes)].map(([, type = '', label, attribute]) => {
    const { required, optional, computed } = schemaOf(type)
    const has = attribute === undefined || words(`${required} ${optional} ${computed}`).includes(attribute)
    return has ? `${type}.${label}` : `${type}.${label}.${attribute}`
  })
  return [...wrong, ...resources].filter(name => !known.has(name))
}

/** Returns all that is wrong in a copy of the module, each once. */
function problemsIn(root: string): readonly string[] {
  const files = globSync('**/*.tf', { cwd: root })
  const parsed = JSON.parse(runPython(['-c', print, ...files.map(file => join(root, file))], 30)) as Blocks[]
  const folders = [...new Set(files.map(file => dirname(file)))]
  expect(folders.toSorted()).toEqual(['.', 'examples/basic', 'stage'])
  const found = folders.flatMap(folder => {
    const own = parsed.filter((_, index) => dirname(files[index] ?? '') === folder)
    return [...wrongArguments(own), ...wrongReferences(own)]
  })
  return [...new Set(found)]
}

/** What is broken in a copy: a file, a text in it and another for it, and what is found. */
const broken: readonly (readonly [file: string, change: readonly [from: string, to: string], problem: string])[] = [
  ['stage/main.tf', ['template_url = each', 'template_uri = each'], 'aws_cloudformation_stack.stack: template_uri'],
  ['stage/main.tf', ['name         =', 'policy_body  ='], 'aws_cloudformation_stack.stack: name'],
  ['stage/main.tf', ['delete =', 'read ='], 'aws_cloudformation_stack.stack: read'],
  ['main.tf', ['var.alarm_email', 'var.email'], 'var.email'],
  ['main.tf', ['= local.regions', '= local.places'], 'local.places'],
  ['main.tf', [']].key', ']].url'], 'aws_s3_object.file.url'],
  ['outputs.tf', ['module.stage_5', 'module.stage_6'], 'module.stage_6'],
]

describe.skipIf(missingPython !== undefined)('the Terraform module', () => {
  test("has only arguments of the provider's schema, and refers to what exists", () => {
    expect(problemsIn(terraform)).toEqual([])
  })

  test.each(broken)('a copy whose %s has a wrong word is refused: %j', (file, [from, to], problem) => {
    const copy = temporaryFolder()
    cpSync(terraform, copy, { recursive: true })
    const text = readFileSync(join(copy, file), 'utf8')
    writeFileSync(join(copy, file), text.replace(from, to))
    expect(problemsIn(copy)).toEqual([problem])
  })
})
