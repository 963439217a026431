import { CfnOutput, Lazy, Stack, Token } from 'aws-cdk-lib'
import type { Construct, IConstruct } from 'constructs'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { asciiJson, type Manifest, withoutDefaults } from '../settings/manifest-json.ts'

/** The distribution of a deployment, and the folders that it serves if it is one of yours. */
export interface Served {
  readonly distribution: IConstruct
  readonly prefixes?: readonly string[] | undefined
}

/**
 * Adds the output by which `once doctor --stack` knows the deployment: it has no settings file of yours. It holds no secret. `served` is
 * called at the end of the synthesis.
 */
export function addManifest(scope: Construct, { settings, existing }: DeploymentProps, served: () => Served): void {
  // The doctor needs none of them, and an identity provider may be of another stack. Links that take files need both.
  const { brand: _brand, auth: _auth, sendPage: _sendPage, uploadLinks: _uploadLinks, ...rest } = settings
  // If there is no host of links, certificate and zone are those of the page for senders.
  const { certificateArn: _certificate, hostedZoneId: _id, hostedZoneName: _zone, ...withoutHost } = rest
  const shown = rest.domainName === undefined ? withoutHost : rest
  const distribution = (): Manifest['distribution'] => {
    const { distribution: found, prefixes } = served()
    const { stackName, region } = Stack.of(found)
    return { stack: stackName, region, ...(prefixes && { prefixes: [...prefixes] }) }
  }
  const value = {
    onceAtEdge: 1,
    settings: printable(scope, withoutDefaults(shown)),
    distribution: Lazy.any({ produce: distribution }),
    ...(existing?.content && { content: printable(scope, existing.content.describe(scope)) }),
  }
  const json = Stack.of(scope).toJsonString(value)
  new CfnOutput(scope, 'Manifest', {
    value: Token.asString(Lazy.uncachedAny({ produce: ({ resolve }) => asciiJson<unknown>(resolve(json)) })),
    description: 'What once doctor --stack reads',
  })
}

/** Returns values for an output: one of another stack by where it is, as AWS refuses references to other stacks in outputs. */
function printable(scope: IConstruct, values: object): object {
  const stack = Stack.of(scope)
  const shown = (value: unknown) => {
    if (!Token.isUnresolved(value)) return value
    const resolved = stack.resolve(value) as Record<string, Record<string, string> | undefined>
    const { StackName: name, Region: region, OutputName: output } = resolved['Fn::GetStackOutput'] ?? {}
    return name === undefined ? value : { stack: name, region, output }
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shown(value)]))
}
