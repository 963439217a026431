import { hash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Stage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import type { IConstruct } from 'constructs'
import { withPageOrigins } from '../../shared/cloudfront/page-origins.ts'
import { assert } from '../../shared/errors.ts'
import type { Deployment } from '../../shared/settings/deployment.ts'
import { OnceAtEdgeError } from '../errors.ts'
import { type FolderName, type FunctionName, moduleFile, scriptFile, type ScriptName } from './function-entries.ts'
import { withSettings } from './function-settings.ts'

/** The key of the CDK's context that names another folder with the code of all functions. */
export const functionsContext = 'once-at-edge:functions'

/** The folder that the build of this package writes. */
const defaultFolder = join(import.meta.dirname, 'functions')

/**
 * Returns the code of a function for one deployment: a copy of its folder with the settings in front, in the assembly. It needs no
 * bundler, no Docker and no network. The hash of the asset changes exactly with the code or the settings. Throws if the
 * folder is missing.
 */
export function functionCode(scope: IConstruct, name: FunctionName, deployment: Deployment): Code {
  const source = folderOf(scope, name)
  const code = readFileSync(join(source, moduleFile), 'utf8')
  const module = withSettings(code, deployment, name === 'edge')
  const target = join(assemblyOf(scope), 'once-at-edge', hash('sha256', module).slice(0, 16), name)
  cpSync(source, target, { recursive: true })
  writeFileSync(join(target, moduleFile), module)
  return Code.fromAsset(target)
}

/** Returns the source of the gate, with the setting `pageOrigins` if there is one. Throws if its folder is missing. */
export function gateSource(scope: IConstruct, { pageOrigins }: Pick<Deployment, 'pageOrigins'>): string {
  if (pageOrigins === undefined) return scriptSource(scope, 'gate')
  return withPageOrigins(scriptSource(scope, 'gate-for-pages'), pageOrigins)
}

/** Returns the source of a function of CloudFront, the same for every deployment. Throws if its folder is missing. */
export function scriptSource(scope: IConstruct, name: ScriptName): string {
  return readFileSync(join(folderOf(scope, name), scriptFile), 'utf8')
}

/** Returns the paths of the files of the page for senders, the same for every deployment. Throws if their folder is missing. */
export function pagePaths(scope: IConstruct): readonly string[] {
  const folder = folderOf(scope, 'send-page')
  return readdirSync(folder)
    .toSorted()
    .map(name => join(folder, name))
}

function folderOf(scope: IConstruct, name: FolderName): string {
  const functions = String(scope.node.tryGetContext(functionsContext) ?? defaultFolder)
  const folder = join(functions, name)
  if (existsSync(folder)) return folder
  throw new OnceAtEdgeError('functions-missing', {
    problem: `the code of ${name} is missing`,
    got: folder,
    allowed: 'a folder that `npm run construct` has written; the published package has it',
  })
}

function assemblyOf(scope: IConstruct): string {
  const stage = Stage.of(scope)
  assert(stage, 'a stack is in an app')
  return stage.assetOutdir
}
