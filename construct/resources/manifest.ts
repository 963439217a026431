import { CfnOutput, Lazy, Stack } from 'aws-cdk-lib'
import { Construct, type IConstruct } from 'constructs'
import type { ExistingContent } from '../existing/content.ts'
import { type Manifest as ManifestJson, withoutDefaults } from '../manifest-json.ts'
import type { Settings } from '../settings.ts'

/** Props of `Manifest`. */
export interface ManifestProps {
  readonly settings: Settings
  /** The bucket of yours. @default the deployment's own */
  readonly content?: ExistingContent | undefined
  /** Returns the distribution, and the folders that it serves if it is one of yours. Called at synthesis. */
  readonly served: () => { readonly distribution: IConstruct; readonly prefixes?: readonly string[] | undefined }
}

/** An output by which `once doctor --stack` knows the deployment: it has no settings file of yours. It holds no secret. */
export class Manifest extends Construct {
  constructor(scope: Construct, id: string, { settings, content, served }: ManifestProps) {
    super(scope, id)
    const stack = Stack.of(this)
    const { brand: _, ...rest } = settings
    const distribution = (): ManifestJson['distribution'] => {
      const { distribution: found, prefixes } = served()
      const { stackName, region } = Stack.of(found)
      return { stack: stackName, region, ...(prefixes && { prefixes: [...prefixes] }) }
    }
    const value = {
      onceAtEdge: 1,
      settings: withoutDefaults(rest as Settings),
      distribution: Lazy.any({ produce: distribution }),
      ...(content && { content: content.describe(this) }),
    }
    new CfnOutput(this, 'Output', {
      value: stack.toJsonString(value),
      description: 'What once doctor --stack reads',
    })
  }
}
