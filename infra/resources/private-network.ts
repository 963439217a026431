import { RemovalPolicy, Tags } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as logs from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { isZoneId } from '../../shared/settings/foundation.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import type { FurtherService } from '../placement/placement.ts'
import { createEndpoint, createFunctionsGroup, furtherEndpoint } from './doors.ts'
import type { FunctionNetwork } from './regional-function.ts'

/** Resources, by ARN, and the actions on them that an endpoint allows. */
export interface Destination {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

/** Props of `PrivateNetwork`. */
export interface PrivateNetworkProps extends Pick<DeploymentProps, 'settings'> {
  /** The two zones of its subnets, in their order, by names or by ids. */
  readonly zones: readonly string[]
  /** All that the endpoint of DynamoDB allows. */
  readonly tables: readonly Destination[]
  /** All that the endpoint of S3 allows. */
  readonly objects: readonly Destination[]
  /** What functions reach beside tables, files and secret. */
  readonly further: readonly FurtherService[]
}

/**
 * A VPC without internet gateway and NAT, which nothing leaves. Functions reach AWS services through endpoints: gateway
 * endpoints of DynamoDB and S3, an interface endpoint of Secrets Manager. None of KMS: those services call it themselves. Callers
 * reach the api through `apiEndpoint`.
 */
export class PrivateNetwork extends Construct implements FunctionNetwork {
  readonly vpc: ec2.IVpc
  readonly securityGroup: ec2.SecurityGroup
  readonly apiEndpoint: ec2.InterfaceVpcEndpoint
  readonly #cidr: string
  readonly #parts: Construct
  readonly #dynamodb: ec2.GatewayVpcEndpoint

  constructor(scope: Construct, id: string, props: PrivateNetworkProps) {
    super(scope, id)
    const { settings, zones, tables, objects, further } = props
    this.#cidr = settings.vpcCidr
    this.#parts = new Construct(this, 'Vpc')
    this.vpc = this.#createVpc(settings.name, zones)
    this.#logFlows(settings.logRetentionDays)
    this.securityGroup = createFunctionsGroup(this, this.vpc, 'HTTPS to endpoints; there is no other way out')
    this.#dynamodb = this.#addGateway('DynamoDb', ec2.GatewayVpcEndpointAwsService.DYNAMODB, tables)
    this.#addGateway('S3', ec2.GatewayVpcEndpointAwsService.S3, objects)
    this.#addInterface('SecretsManager', ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER)
    for (const service of further) this.#addInterface(...furtherEndpoint(service))
    this.apiEndpoint = this.#addInterface('Api', ec2.InterfaceVpcEndpointAwsService.APIGATEWAY)
  }

  /** Allows more through the endpoint of DynamoDB. */
  allowTable(destination: Destination): void {
    allowThrough(this.#dynamodb, destination)
  }

  /** Creates the VPC as `ec2.Vpc` does. That compares zones with those of the account, for which the CDK would ask AWS at each synthesis. */
  #createVpc(name: string, zones: readonly string[]): ec2.IVpc {
    Tags.of(this.#parts).add('Name', name)
    const cidrBlock = this.#cidr
    const network = { cidrBlock, enableDnsHostnames: true, enableDnsSupport: true, instanceTenancy: 'default' }
    const vpcId = new ec2.CfnVPC(this.#parts, 'Resource', network).ref
    const configuration = { name: 'private', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }
    const requestedSubnets = zones.map((availabilityZone, index) => ({
      availabilityZone,
      configuration,
      subnetConstructId: `privateSubnet${index + 1}`,
    }))
    const addresses = ec2.IpAddresses.cidr(cidrBlock).allocateSubnetsCidr({ vpcCidr: cidrBlock, requestedSubnets })
    const subnets = requestedSubnets.map(({ availabilityZone, subnetConstructId }, index) => {
      const { cidr = '' } = addresses.allocatedSubnets[index] ?? {}
      return this.#createSubnet(subnetConstructId, { vpcId, availabilityZone, cidrBlock: cidr })
    })
    return ec2.Vpc.fromVpcAttributes(this, 'Placed', {
      vpcId,
      availabilityZones: [...zones],
      isolatedSubnetIds: subnets.map(({ subnetId }) => subnetId),
      isolatedSubnetRouteTableIds: subnets.map(({ routeTable }) => routeTable.routeTableId),
    })
  }

  #createSubnet(id: string, props: ec2.PrivateSubnetProps): ec2.PrivateSubnet {
    const subnet = new ec2.PrivateSubnet(this.#parts, id, { ...props, mapPublicIpOnLaunch: false })
    const includeResourceTypes = [ec2.CfnSubnet.CFN_RESOURCE_TYPE_NAME]
    Tags.of(subnet).add('aws-cdk:subnet-name', 'private', { includeResourceTypes })
    Tags.of(subnet).add('aws-cdk:subnet-type', 'Isolated', { includeResourceTypes })
    const zone = props.availabilityZone
    const resource = subnet.node.defaultChild as ec2.CfnSubnet
    if (isZoneId(zone)) Object.assign(resource, { availabilityZone: undefined, availabilityZoneId: zone })
    return subnet
  }

  #addGateway(
    id: string,
    service: ec2.IGatewayVpcEndpointService,
    destinations: readonly Destination[],
  ): ec2.GatewayVpcEndpoint {
    const endpoint = new ec2.GatewayVpcEndpoint(this, id, { vpc: this.vpc, service })
    for (const destination of destinations) allowThrough(endpoint, destination)
    return endpoint
  }

  /** Adds an endpoint that accepts connections from the whole VPC. */
  #addInterface(id: string, service: ec2.IInterfaceVpcEndpointService): ec2.InterfaceVpcEndpoint {
    return createEndpoint(this, id, { vpc: this.vpc, service, from: ec2.Peer.ipv4(this.#cidr) })
  }

  #logFlows(retention: number): void {
    const logGroup = new logs.LogGroup(this, 'Flows', { retention, removalPolicy: RemovalPolicy.DESTROY })
    new ec2.FlowLog(this.#parts, 'FlowLog', {
      resourceType: ec2.FlowLogResourceType.fromVpc(this.vpc),
      destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: ec2.FlowLogTrafficType.REJECT,
    })
  }
}

function allowThrough(endpoint: ec2.GatewayVpcEndpoint, { actions, resources }: Destination): void {
  const statement = { principals: [new iam.AnyPrincipal()], actions: [...actions], resources: [...resources] }
  endpoint.addToPolicy(new iam.PolicyStatement(statement))
}
