import { Aspects, CfnResource, CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct, IConstruct } from 'constructs'
import { setFeatureFlags } from '../feature-flags.ts'

/** A stack beside that of the construct, for what belongs to another Region or must be deployed apart. */
export class SupportStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props)
    setFeatureFlags(this)
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK)
    referToWeakly(this)
  }
}

/**
 * Makes references of other stacks to resources in `scope` weak: they read an output and don't lock it, so each stack can change by
 * itself. They work between Regions, and without a feature flag in the app.
 */
export function referToWeakly(scope: IConstruct): void {
  Aspects.of(scope).add({
    visit: node => {
      if (CfnResource.isCfnResource(node)) node.applyCrossStackReferenceStrength(ReferenceStrength.WEAK)
    },
  })
}
