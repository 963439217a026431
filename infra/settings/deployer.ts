import type { App } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/**
 * Who deploys: `cdk`, plain `cdk deploy` of an app, in one pass, which CloudFormation undoes if it fails; `once`, `once deploy`, which
 * protects tables when all else has succeeded; `templates`, a tool that gives templates their parameters.
 */
export type Deployer = 'cdk' | 'once' | 'templates'

const context = 'once-at-edge:deployer'

/** Says who deploys all stacks of an app. Call it while the app is empty. */
export function setDeployer({ node }: App, deployer: Deployer): void {
  node.setContext(context, deployer)
}

/** Returns who deploys a construct; `cdk`, unless `setDeployer` said otherwise. */
export function deployerOf({ node }: IConstruct): Deployer {
  return (node.tryGetContext(context) as Deployer | undefined) ?? 'cdk'
}
