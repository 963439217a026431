import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api'
import type { Construct } from 'constructs'
import { functionsContext } from '../../../infra/code/function-code.ts'
import { OnceAtEdge } from '../../../infra/once-at-edge.ts'
import type { OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { writeEmptyFunctions } from '../../support/infra/synthesised.ts'

/**
 * An app as a user of the package has it: without a feature flag of the CDK. Functions have no code. The CDK validates templates
 * only if `validated`, because that takes seconds.
 */
export function emptyApp(context: Record<string, unknown> = {}, validated = false): App {
  const folder = temporaryFolder()
  const functions = writeEmptyFunctions(join(folder, 'functions'))
  return new App({
    context: { [functionsContext]: functions, ...context },
    outdir: join(folder, 'cdk'),
    builtinCloudFormationValidation: validated,
  })
}

/** Where a construct is. */
export interface Place {
  /** @default a new stack `Site-REGION` in the Region */
  readonly scope?: Construct
  /** @default 'Downloads' */
  readonly id?: string
}

/** Adds the construct to a stack in `region`. */
export function constructIn(app: App, region: string, options: OnceAtEdgeProps & Place = {}): OnceAtEdge {
  const { scope = new Stack(app, `Site-${region}`, { env: { region } }), id = 'Downloads', ...props } = options
  return new OnceAtEdge(scope, id, props)
}

/** Synthesises an app and returns its stacks by name. */
export function stacksOf(app: App): Readonly<Record<string, CloudFormationStackArtifact>> {
  return Object.fromEntries(app.synth().stacks.map(stack => [stack.stackName, stack]))
}

/** Returns the logical ids of the resources of a type. */
export function idsOf(stack: CloudFormationStackArtifact | undefined, type: string): readonly string[] {
  const { Resources = {} } = (stack?.template ?? {}) as { Resources?: Record<string, { Type: string }> }
  return Object.entries(Resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []))
}
