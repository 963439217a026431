import { Aws, Duration, Fn, Lazy, RemovalPolicy } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import { deployerOf } from '../settings/deployer.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { functionCode } from '../code/function-code.ts'
import { logGroupArn, type Names } from '../placement/names.ts'
import { deploymentOf } from '../settings/parse-settings.ts'
import { grantLinks } from './link-grants.ts'

/**
 * The viewer-request function of `/d/*`. Lambda@Edge requires x86_64, no environment variables, no VPC and a numbered version.
 * 5 s and less than 1 MB are the strictest limits that viewer-request functions ever had.
 */
export class EdgeFunction extends Construct {
  readonly version: lambda.IVersion
  /** Known only when the stack is deployed. */
  readonly functionName: string
  readonly role: iam.Role

  constructor(scope: Construct, id: string, { settings, names }: DeploymentProps) {
    super(scope, id)
    this.role = new iam.Role(this, 'Role', {
      roleName: names.edgeRole,
      description: 'Redeems links at the edge',
      assumedBy: new iam.CompositePrincipal(
        new iam.ServicePrincipal('lambda.amazonaws.com'),
        new iam.ServicePrincipal('edgelambda.amazonaws.com'),
      ),
    })
    grantLinks(this.role, 'consume', { names, regions: settings.homeRegions })
    this.#grantLogs(names)
    // The stack of an app lives on when it loses its links, or when CloudFormation undoes their first deployment; this role doesn't.
    const isPlainCdk = deployerOf(this) === 'cdk'
    this.functionName = isPlainCdk ? `${names.edgeFunction}-${this.role.roleId}` : saltedName(names.edgeFunction)
    const edge = new lambda.Function(this, 'Function', {
      functionName: this.functionName,
      description: 'Redeems links, as the viewer-request function of /d/*',
      role: this.role,
      code: functionCode(this, 'edge', deploymentOf(settings)),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.X86_64,
      timeout: Duration.seconds(5),
      memorySize: settings.edgeMemory,
      logGroup: logs.LogGroup.fromLogGroupName(this, 'Logs', names.edgeLogs),
      loggingFormat: lambda.LoggingFormat.JSON,
      systemLogLevelV2: lambda.SystemLogLevel.WARN,
      currentVersionOptions: {
        // CloudFormation replaces a version whose description changes, also where its logical id stays.
        description: Lazy.string({ produce: () => codeKeyOf(edge) }),
        removalPolicy: RemovalPolicy.RETAIN,
      },
    })
    // Neither version nor function can be deleted for hours after its last use, because CloudFront keeps replicas.
    edge.applyRemovalPolicy(RemovalPolicy.RETAIN)
    edge.node.addDependency(this.role)
    this.version = edge.currentVersion as lambda.IVersion
  }

  /**
   * Grants writing logs, and creating the one log group to write to: Lambda does so in each Region in which the function runs, and
   * these change with its viewers. A log group of the stack would be in the way of one that Lambda has created.
   */
  #grantLogs({ edgeLogs }: Names): void {
    const resource = logGroupArn(edgeLogs)
    const actions = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']
    this.role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource] }))
    acknowledge(this.role, {
      [`IAM5[Resource::${resource}]`]: 'CloudFront chooses the Regions, and Lambda the names of log streams.',
    })
  }
}

/** Returns the key of the code of a function in its bucket: the hash of the code, and `.zip`. */
function codeKeyOf({ node }: lambda.Function): string | undefined {
  return ((node.defaultChild as lambda.CfnFunction).code as lambda.CfnFunction.CodeProperty).s3Key
}

/** Returns a name that no stack before had: it ends with the first 8 characters of the stack's UUID, the end of its ARN. */
function saltedName(name: string): string {
  const uuid = Fn.select(2, Fn.split('/', Aws.STACK_ID))
  return Fn.join('-', [name, Fn.select(0, Fn.split('-', uuid))])
}
