import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileAssetPackaging } from 'aws-cdk-lib/cloud-assembly-schema'
import { AssetManifestArtifact, type CloudAssembly, type CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api'
import { zipSync } from 'fflate'
import manifest from '../../package.json' with { type: 'json' }
import { writeFunctions } from '../code/build.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { assemble } from './assemble.ts'
import type { FilesBucket } from './own-stack.ts'
import { anyAddress, withParameters } from './template-parameters.ts'

/** A stack of a folder of templates. */
interface TemplateStack {
  readonly name: string
  readonly region: string
  /** From 1: it needs all stacks of the stages before. */
  readonly stage: number
  /** The name of its template's file. */
  readonly template: string
  /** The names of its template's parameters. */
  readonly parameters: readonly string[]
}

/** What stacks.json says: its stacks are in the order of their deployment. */
export interface StacksFile {
  /** The release that wrote the folder. */
  readonly version: string
  /** The name of the deployment. */
  readonly name: string
  readonly stacks: readonly TemplateStack[]
}

/**
 * Writes a deployment, with settings as infra/deployment.ts has them, as templates that CloudFormation takes without the CDK, the code
 * of all functions as zips by their hashes, and stacks.json. The same sources and settings give the same bytes. Replaces these files in
 * `folder`; returns what stacks.json says. Rejects if a setting is invalid, or with the report of a validation that finds something wrong.
 */
export async function writeTemplates(input: object, folder: string, bucket?: FilesBucket): Promise<StacksFile> {
  const settings = parseSettings(input)
  const temporary = mkdtempSync(join(tmpdir(), 'once-template-'))
  try {
    const functions = join(temporary, 'code')
    await writeFunctions(functions)
    // Leaves out the account, which templates would name: they are for any.
    const anywhere = { ...input, account: undefined, alarmEmail: anyAddress }
    const to = { folder: join(temporary, 'assembly'), functions }
    const assembly = assemble(anywhere, { ...to, validated: true, deployer: 'templates', bucket })
    mkdirSync(folder, { recursive: true })
    for (const name of readdirSync(folder).filter(each => each.endsWith('.template.json'))) rmSync(join(folder, name))
    const written = assembly.stacks.map(stack => {
      const { region } = stack.environment
      const template = withParameters(stack.template as object, settings, region)
      const file = stack.templateFile
      // Without indentation, which would be a third of it: CloudFormation takes 1 MB.
      writeFileSync(join(folder, file), `${JSON.stringify(template)}\n`)
      return {
        name: stack.stackName,
        region,
        stage: stageOf(stack),
        template: file,
        parameters: Object.keys(template.Parameters),
      }
    })
    writeCode(assembly, join(folder, 'code'))
    const listed = { version: manifest.version, name: settings.name, stacks: written }
    writeFileSync(join(folder, 'stacks.json'), `${JSON.stringify(listed, undefined, 2)}\n`)
    return listed
  } finally {
    rmSync(temporary, { recursive: true })
  }
}

/** Returns the length of the longest chain of stacks that ends with this one. */
function stageOf({ dependencies }: CloudFormationStackArtifact): number {
  const stacks = dependencies.filter(each => 'stackName' in each) as CloudFormationStackArtifact[]
  return 1 + Math.max(0, ...stacks.map(stageOf))
}

/** Writes what templates name in the bucket of code, by its keys there; nothing else stays in the folder. */
function writeCode({ artifacts, directory }: CloudAssembly, folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const lists = artifacts.filter(each => AssetManifestArtifact.isAssetManifestArtifact(each))
  for (const { source, destinations } of lists.flatMap(({ contents }) => Object.values(contents.files ?? {}))) {
    const { path = '', packaging } = source
    if (path.endsWith('.template.json')) continue
    const from = join(directory, path)
    const to = join(folder, Object.values(destinations)[0]?.objectKey ?? '')
    if (packaging === FileAssetPackaging.ZIP_DIRECTORY) writeFileSync(to, zipOf(from))
    else cpSync(from, to)
  }
}

/** Returns the files of a folder as a zip that Lambda may read: its files need the mode of one that all may read. */
function zipOf(folder: string): Uint8Array {
  const files = readdirSync(folder).toSorted()
  return zipSync(Object.fromEntries(files.map(name => [name, readFileSync(join(folder, name))])), {
    level: 9,
    mtime: new Date(1980, 0, 1),
    os: 3,
    attrs: 0o100644 << 16,
  })
}
