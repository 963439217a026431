import { Stack, Token } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import { Construct } from 'constructs'
import { OnceAtEdgeError, warn } from '../errors.ts'
import type { FurtherService } from '../placement/placement.ts'
import { createEndpoint, createFunctionsGroup, furtherEndpoint } from '../resources/doors.ts'
import type { ExistingProps, VpcService } from '../settings/props.ts'

/** A VPC of yours, in the home Region with the files, and what is said of it: for the network `private`. */
export type VpcProps = Pick<ExistingProps, 'vpcSubnets' | 'apiEndpoint' | 'vpcServices'> & { readonly vpc: ec2.IVpc }

/** Props of `ExistingNetwork`. */
export type ExistingNetworkProps = VpcProps & {
  /** What the functions reach beside tables, files and secret. */
  readonly further: readonly FurtherService[]
}

const interfaces = ec2.InterfaceVpcEndpointAwsService

/**
 * A VPC that the deployment doesn't own. Functions get a security group of their own: HTTPS out, nothing in. Endpoints that the VPC has
 * are used as they are; missing ones are created, for all that is in the VPC: a narrower one would break what others reach today.
 */
export class ExistingNetwork extends Construct {
  readonly vpc: ec2.IVpc
  readonly subnets: ec2.SubnetSelection
  readonly securityGroup: ec2.SecurityGroup
  readonly apiEndpoint: ec2.IInterfaceVpcEndpoint

  constructor(scope: Construct, id: string, props: ExistingNetworkProps) {
    super(scope, id)
    this.vpc = props.vpc
    checkRegion(this, props.vpc)
    this.subnets = props.vpcSubnets ?? privateSubnetsOf(props.vpc)
    this.securityGroup = createFunctionsGroup(this, this.vpc, 'HTTPS to AWS, through endpoints where the VPC has them')
    const has = new Set<string>(props.vpcServices ?? servicesOf(props.vpc))
    if (!has.has('dynamodb')) this.#addGateway('DynamoDb', ec2.GatewayVpcEndpointAwsService.DYNAMODB)
    if (!has.has('s3')) this.#addGateway('S3', ec2.GatewayVpcEndpointAwsService.S3)
    if (!has.has('secretsmanager')) this.#addInterface('SecretsManager', interfaces.SECRETS_MANAGER)
    for (const service of props.further) if (!has.has(service)) this.#addInterface(...furtherEndpoint(service))
    this.apiEndpoint = props.apiEndpoint ?? this.#addApi(has)
    const reached: readonly VpcService[] = ['dynamodb', 's3', 'secretsmanager', ...props.further]
    this.#warn(reached.filter(service => has.has(service)))
  }

  #addApi(has: ReadonlySet<string>): ec2.InterfaceVpcEndpoint {
    if (!has.has('execute-api')) return this.#addInterface('Api', interfaces.APIGATEWAY)
    throw new OnceAtEdgeError('vpc-api-endpoint', {
      problem: 'the VPC has an endpoint of execute-api, and can have one with private DNS only',
      got: 'no apiEndpoint',
      allowed: 'that endpoint as apiEndpoint',
    })
  }

  #warn(used: readonly VpcService[]): void {
    if (used.length > 0) {
      const text = `the VPC's own endpoints are used for ${used.join(', ')}: their policies must allow what the roles of the functions allow`
      warn(this, 'vpc-endpoint-policies', text)
    }
    const { subnets } = this.vpc.selectSubnets(this.subnets)
    if (!subnets.some(subnet => this.vpc.privateSubnets.includes(subnet))) return
    const text =
      'functions are in subnets with a way out of the VPC; use isolated subnets, or control it where it leads'
    warn(this, 'vpc-way-out', text)
  }

  #addGateway(id: string, service: ec2.IGatewayVpcEndpointService): void {
    new ec2.GatewayVpcEndpoint(this, id, { vpc: this.vpc, service, subnets: [this.subnets] })
  }

  #addInterface(id: string, service: ec2.IInterfaceVpcEndpointService): ec2.InterfaceVpcEndpoint {
    return createEndpoint(this, id, { vpc: this.vpc, service, from: this.#addresses(), subnets: this.subnets })
  }

  /** Returns the addresses of the VPC, from which a new endpoint is reached. */
  #addresses(): ec2.IPeer {
    try {
      return ec2.Peer.ipv4(concreteAddresses(this.vpc) ?? this.vpc.vpcCidrBlock)
    } catch {
      throw new OnceAtEdgeError('vpc-addresses', {
        problem: 'the addresses of the VPC are not known, from which a new endpoint is to be reached',
        got: 'an import without vpcCidrBlock',
        allowed: 'Vpc.fromVpcAttributes with vpcCidrBlock; or apiEndpoint, and vpcServices with secretsmanager',
      })
    }
  }
}

/** Returns the addresses of a VPC of this app if they are known at synthesis: then no reference to another stack is needed. */
function concreteAddresses({ node: { defaultChild: resource } }: ec2.IVpc): string | undefined {
  const addresses = ec2.CfnVPC.isCfnVPC(resource) ? resource.cidrBlock : undefined
  return Token.isUnresolved(addresses) ? undefined : addresses
}

function checkRegion(scope: Construct, { env }: ec2.IVpc): void {
  const { region } = Stack.of(scope)
  if (Token.isUnresolved(env.region) || env.region === region) return
  throw new OnceAtEdgeError('vpc-region', {
    problem: 'the VPC is not in the Region of the api',
    got: `a VPC in ${env.region}`,
    allowed: `a VPC in ${region}, the first of homeRegions`,
  })
}

function privateSubnetsOf(vpc: ec2.IVpc): ec2.SubnetSelection {
  if (vpc.isolatedSubnets.length > 0) return { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }
  if (vpc.privateSubnets.length > 0) return { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }
  throw new OnceAtEdgeError('vpc-subnets', {
    problem: 'functions need private subnets',
    got: 'a VPC without private or isolated subnets',
    allowed: 'vpcSubnets, or an import that names its private subnets',
  })
}

/** Returns the services for which this app adds endpoints to the VPC. Of an imported one only vpcServices can tell. */
function servicesOf(vpc: ec2.IVpc): readonly string[] {
  const stack = Stack.of(vpc)
  const vpcId = JSON.stringify(stack.resolve(vpc.vpcId))
  return stack.node
    .findAll()
    .filter(construct => ec2.CfnVPCEndpoint.isCfnVPCEndpoint(construct))
    .filter(endpoint => JSON.stringify(stack.resolve(endpoint.vpcId)) === vpcId)
    .flatMap(({ serviceName }) => serviceIn(JSON.stringify(stack.resolve(serviceName))))
}

function serviceIn(serviceName: string): readonly string[] {
  const found = /\.([a-z0-9-]+)"/.exec(serviceName)?.[1]
  return found === undefined ? [] : [found]
}
