import { AspectPriority, Aspects, CfnResource, CrossStackReferences, ReferenceStrength, Stack } from 'aws-cdk-lib'
import { DefaultStackSynthesizer, type IStackSynthesizer, RemoveTag, type StackProps, Tag } from 'aws-cdk-lib'
import type { Construct, IConstruct } from 'constructs'
import { setFeatureFlags } from '../feature-flags.ts'

/** Props of `SupportStack`. */
export interface SupportStackProps extends StackProps {
  /** The construct beside whose stack it is: all tags of it and its stack are also those of what is here. */
  readonly beside: Construct
}

/** A stack beside that of the construct, for what belongs to another Region or must be deployed apart. */
export class SupportStack extends Stack {
  constructor(scope: Construct, id: string, { beside, ...props }: SupportStackProps) {
    const synthesizer = synthesizerLike(Stack.of(beside))
    super(scope, id, { tags: Stack.of(beside).tags.tagValues(), ...(synthesizer && { synthesizer }), ...props })
    setFeatureFlags(this)
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK)
    referToWeakly(this)
    const visit = (node: IConstruct) => {
      for (const tag of tagsOn(beside)) tag.visit(node)
    }
    Aspects.of(this).add({ visit }, { priority: AspectPriority.MUTATING })
  }
}

/** Returns what `Tags.of` says of a construct and its stack so far; what it says of the app applies anyway. */
function tagsOn(construct: Construct): readonly (Tag | RemoveTag)[] {
  const { scopes } = construct.node
  const own = scopes.slice(scopes.indexOf(Stack.of(construct)))
  return own.flatMap(scope => Aspects.of(scope).all.filter(each => each instanceof Tag || each instanceof RemoveTag))
}

/**
 * Returns a synthesizer like that of a stack, with its qualifier, roles and bucket; undefined if there can be none. Each has a list of
 * assets of its own, which the CDK otherwise shares.
 */
function synthesizerLike({ synthesizer }: Stack): IStackSynthesizer | undefined {
  if (synthesizer.constructor === DefaultStackSynthesizer) {
    const { props } = synthesizer as unknown as { props?: ConstructorParameters<typeof DefaultStackSynthesizer>[0] }
    return new DefaultStackSynthesizer(props) as IStackSynthesizer
  }
  // A stack binds a copy, which has the one that it was given as its prototype.
  const given = Object.getPrototypeOf(synthesizer) as IStackSynthesizer
  return Object.hasOwn(given, 'constructor') ? undefined : given
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
