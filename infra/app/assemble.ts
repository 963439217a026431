import { App, Validations } from 'aws-cdk-lib'
import type { CloudAssembly } from 'aws-cdk-lib/cx-api'
import { AwsSolutionsChecks } from 'cdk-nag'
import cdkJson from '../../cdk.json' with { type: 'json' }
import { functionsContext } from '../code/function-code.ts'
import { addDeployment, type AddOptions } from './own-stack.ts'

/** Where an assembly goes, and what reads it. */
export interface AssembleOptions extends AddOptions {
  /** The folder of the assembly. */
  readonly folder: string
  /** The folder with the code of all functions, which `writeFunctions` has written. */
  readonly functions: string
  /** Whether the CDK and cdk-nag validate the templates, which takes most of the time. */
  readonly validated: boolean
}

/** What the CDK's command line tells an app that it starts in this folder (aws-cdk 2.1148, `contextFromSettings`). */
const ofCommandLine = {
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:disable-version-reporting': true,
}

/**
 * Synthesises a deployment in this process, with settings as infra/deployment.ts has them; its files are those of `cdk synth`. Throws if
 * the CDK or a validation finds something wrong, with their report as message.
 */
export function assemble(settings: object, options: AssembleOptions): CloudAssembly {
  const { folder, functions, validated } = options
  const app = new App({
    context: {
      ...cdkJson.context,
      ...ofCommandLine,
      '@aws-cdk/core:appMode': 'inmemory',
      [functionsContext]: functions,
    },
    outdir: folder,
    builtinCloudFormationValidation: validated,
  })
  addDeployment(app, settings, options)
  if (validated) Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  return withoutReport(() => app.synth())
}

/** The report of a synthesis without errors goes to console.error; `cdk deploy` prints it again, for each stack. */
function withoutReport<T>(synth: () => T): T {
  const { error } = console
  console.error = () => undefined
  try {
    return synth()
  } finally {
    console.error = error
  }
}
