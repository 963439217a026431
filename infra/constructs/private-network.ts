import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as logs from 'aws-cdk-lib/aws-logs'
import { RemovalPolicy } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { FunctionNetwork } from './regional-function.ts'

/** Some resources, by ARN, and what may be done with them from inside. */
export interface Destination {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

/** What may be reached from inside. */
export interface PrivateNetworkProps {
  readonly name: string
  /** The addresses of the VPC. */
  readonly cidr: string
  /** What the ways to DynamoDB and S3 lead to, and for what; nothing else. */
  readonly tables: readonly Destination[]
  readonly objects: readonly Destination[]
  readonly logRetentionDays: number
}

/**
 * A VPC that nothing leaves: no internet gateway, no NAT. AWS's services are reached through endpoints: of DynamoDB and S3
 * by route, of Secrets Manager, KMS and API Gateway by address. Callers of the api come in through `apiEndpoint`.
 */
export class PrivateNetwork extends Construct implements FunctionNetwork {
  readonly vpc: ec2.IVpc
  readonly securityGroup: ec2.SecurityGroup
  readonly apiEndpoint: ec2.InterfaceVpcEndpoint
  readonly #cidr: string

  constructor(scope: Construct, id: string, props: PrivateNetworkProps) {
    super(scope, id)
    const { name, cidr, tables, objects, logRetentionDays } = props
    this.#cidr = cidr
    // A cast as in other places: the CDK's types know no exact optional properties.
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      vpcName: name,
      ipAddresses: ec2.IpAddresses.cidr(cidr),
      maxAzs: 2,
      natGateways: 0,
      createInternetGateway: false,
      restrictDefaultSecurityGroup: false, // it takes a function of the CDK's; nothing of ours is in that group
      subnetConfiguration: [{ name: 'private', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    }) as ec2.IVpc
    this.#logFlows(logRetentionDays)
    this.securityGroup = new ec2.SecurityGroup(this, 'Functions', {
      vpc: this.vpc,
      description: 'Functions: HTTPS out, nothing in',
      allowAllOutbound: false,
    })
    this.securityGroup.addEgressRule(
      ec2.Peer.anyIpv4(),
      ec2.Port.HTTPS,
      'HTTPS to endpoints; there is no other way out',
    )
    this.#wayTo('DynamoDb', ec2.GatewayVpcEndpointAwsService.DYNAMODB, tables)
    this.#wayTo('S3', ec2.GatewayVpcEndpointAwsService.S3, objects)
    this.#doorTo('SecretsManager', ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER)
    this.#doorTo('Kms', ec2.InterfaceVpcEndpointAwsService.KMS)
    this.apiEndpoint = this.#doorTo('Api', ec2.InterfaceVpcEndpointAwsService.APIGATEWAY)
  }

  #wayTo(id: string, service: ec2.IGatewayVpcEndpointService, destinations: readonly Destination[]): void {
    const endpoint = new ec2.GatewayVpcEndpoint(this, id, { vpc: this.vpc, service })
    for (const { actions, resources } of destinations) {
      const only = { principals: [new iam.AnyPrincipal()], actions: [...actions], resources: [...resources] }
      endpoint.addToPolicy(new iam.PolicyStatement(only))
    }
  }

  /** Anybody in the VPC may knock; what may be done is up to policies. */
  #doorTo(id: string, service: ec2.IInterfaceVpcEndpointService): ec2.InterfaceVpcEndpoint {
    const securityGroup = new ec2.SecurityGroup(this, `${id}Door`, {
      vpc: this.vpc,
      description: `Endpoint of ${id}: HTTPS from inside the VPC`,
      allowAllOutbound: false,
    })
    securityGroup.addIngressRule(ec2.Peer.ipv4(this.#cidr), ec2.Port.HTTPS, 'HTTPS from inside the VPC')
    return new ec2.InterfaceVpcEndpoint(this, id, {
      vpc: this.vpc,
      service,
      privateDnsEnabled: true,
      open: false,
      securityGroups: [securityGroup],
    })
  }

  #logFlows(retention: number): void {
    const logGroup = new logs.LogGroup(this, 'Flows', { retention, removalPolicy: RemovalPolicy.DESTROY })
    this.vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: ec2.FlowLogTrafficType.REJECT,
    })
  }
}
