import type { Region } from '../../shared/regions.ts'

/** A stack as the CDK synthesised it. */
export interface AssembledStack {
  readonly name: string
  readonly region: Region
  /** Its template, as JSON text. */
  readonly template: string
  /** The version of `cdk bootstrap` that it needs in its Region; undefined if it needs none. */
  readonly bootstrap: number | undefined
}

/** The stacks of a deployment, each after those that it depends on. */
export interface Assembly {
  /** The folder with templates and assets. */
  readonly folder: string
  readonly stacks: readonly AssembledStack[]
}

/** What a synthesis needs. */
interface SynthOptions {
  /** Settings as infra/deployment.ts has them. */
  readonly settings: object
  /**
   * Names of stacks whose termination protection the CDK is to leave on: it sets the protection that the assembly names before
   * each change, so otherwise an update that fails would leave them without.
   */
  readonly protectedStacks: readonly string[]
  /** Ends the child process. */
  readonly signal: AbortSignal
}

/** How to deploy a stack. */
export interface CdkDeployOptions {
  readonly folder: string
  /** Whether a failure undoes what was done. Without it, the next deployment goes on. */
  readonly rollback: boolean
  /** Whether to undo what was changed by hand, also if the template is the same. */
  readonly revertDrift: boolean
  readonly signal: AbortSignal
  /** Called for each line that the CDK prints. */
  readonly onLine: (line: string) => void
}

/**
 * How a deployment of a stack ended. `rollback-first`: nothing was changed, because a resource must be replaced, which an
 * unfinished stack doesn't allow.
 */
export type CdkResult = { readonly kind: 'deployed' | 'failed' | 'rollback-first' }

/** The CDK's command line. */
export interface Cdk {
  /** Synthesises the deployment. Rejects with an `UnreachableError` whose message is what the CDK printed. */
  synth(options: SynthOptions): Promise<Assembly>
  /** Deploys one stack, without those that it depends on. */
  deploy(stack: AssembledStack, options: CdkDeployOptions): Promise<CdkResult>
}

/** A bucket of yours in the first home Region, the ARN of the key in KMS that encrypts its files, if one does, and whether it takes uploads. */
export interface FilesBucket {
  readonly name: string
  readonly key?: string | undefined
  readonly uploads?: boolean | undefined
}

/**
 * Writes settings as infra/deployment.ts has them as a folder of templates, and resolves to what stacks.json says. Rejects with an
 * `UnreachableError` whose message is what the CDK found.
 */
export type WriteTemplates = (
  settings: object,
  folder: string,
  bucket?: FilesBucket,
) => Promise<{ readonly stacks: readonly { readonly template: string }[] }>
