import { parse } from 'node:path'
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { functionCode } from '../code/function-code.ts'
import { type FunctionName, moduleFile } from '../code/function-entries.ts'
import { arn } from '../placement/names.ts'
import { deploymentOf } from '../settings/parse-settings.ts'
import { logsOf } from '../placement/physical-names.ts'

/** The VPC of a function without access to the internet. */
export interface FunctionNetwork {
  readonly vpc: ec2.IVpc
  readonly securityGroup: ec2.ISecurityGroup
  /** @default the isolated subnets of the VPC */
  readonly subnets?: ec2.SubnetSelection
}

/** Props of `RegionalFunction`. */
export interface FunctionProps extends Pick<DeploymentProps, 'settings'> {
  /** The folder with its code. */
  readonly folder: FunctionName
  /** An export of its module, which Lambda calls. @default handler */
  readonly handler?: string
  readonly functionName: string
  /** @default a name that CloudFormation generates */
  readonly roleName?: string
  readonly description: string
  /** In seconds. */
  readonly timeout: number
  /** In MB. @default 256 */
  readonly memory?: number
  readonly environment?: Readonly<Record<string, string>>
  /** Gets events of asynchronous calls that failed three times. @default they are lost */
  readonly deadLetterQueue?: sqs.IQueue
  /** @default none: the function reaches AWS over the internet */
  readonly network?: FunctionNetwork | undefined
}

/**
 * Actions by which Lambda manages the network interfaces of a function in a VPC, on those that have no ids yet (Lambda, "VPC
 * permissions").
 */
const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]

/** Actions that it needs too; AWS allows no resource for them. */
const networkActions = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets']

/** A Lambda function with its log group and role. It may write its own log, and nothing else until it gets grants. */
export class RegionalFunction extends Construct implements iam.IGrantable {
  readonly function: lambda.Function
  readonly role: iam.Role
  readonly grantPrincipal: iam.IPrincipal

  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id)
    const { settings, functionName, roleName, folder, handler = 'handler', description, environment, network } = props
    const logGroup = new logs.LogGroup(this, 'Log', {
      logGroupName: logsOf(functionName),
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.role = new iam.Role(this, 'Role', {
      ...(roleName !== undefined && { roleName }),
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    })
    this.grantPrincipal = this.role
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn])
    if (network !== undefined) this.#grantInterfaces()
    this.function = new lambda.Function(this, 'Function', {
      functionName,
      description,
      role: this.role,
      code: functionCode(this, folder, deploymentOf(settings)),
      handler: `${parse(moduleFile).name}.${handler}`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      timeout: Duration.seconds(props.timeout),
      memorySize: props.memory ?? 256,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      systemLogLevelV2: lambda.SystemLogLevel.WARN,
      ...(environment !== undefined && { environment }),
      ...(props.deadLetterQueue !== undefined && { deadLetterQueue: props.deadLetterQueue }),
      ...(network !== undefined && {
        vpc: network.vpc,
        vpcSubnets: network.subnets ?? { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
        securityGroups: [network.securityGroup],
      }),
    })
    this.function.node.addDependency(this.role)
  }

  /** Allows exactly these actions on exactly these resources, under these conditions. */
  allow(actions: readonly string[], resources: readonly string[], conditions: iam.Conditions = {}): void {
    const statement = { actions: [...actions], resources: [...resources], conditions }
    this.role.addToPrincipalPolicy(new iam.PolicyStatement(statement))
  }

  /** Has Lambda call it with what a queue or a stream has, once its role exists; it reports what failed. */
  readFrom(scope: Construct, id: string, source: lambda.EventSourceMappingOptions): void {
    const props = { target: this.function, reportBatchItemFailures: true, ...source }
    new lambda.EventSourceMapping(scope, id, props).node.addDependency(this.role)
  }

  #grantInterfaces(): void {
    const inThisRegion = arn('ec2', Stack.of(this).region, '*/*')
    this.allow(interfaceActions, [inThisRegion])
    this.allow(networkActions, ['*'])
    acknowledge(this.role, {
      [`IAM5[Resource::${inThisRegion}]`]: 'Lambda checks this resource before it deletes network interfaces.',
      'IAM5[Resource::*]': 'AWS allows no resource to describe network interfaces and subnets.',
    })
  }
}
