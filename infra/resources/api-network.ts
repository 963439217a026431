import type * as ec2 from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { isZoneId } from '../../shared/settings/foundation.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { OnceAtEdgeError } from '../errors.ts'
import { readTagActions, uploadActions } from '../existing/content-statements.ts'
import { ExistingNetwork } from '../existing/network.ts'
import { tableArn } from '../placement/names.ts'
import { deployerOf } from '../settings/deployer.ts'
import { furtherServicesOf } from '../placement/placement.ts'
import { referenceIndexArn } from './link-grants.ts'
import { type Destination, PrivateNetwork } from './private-network.ts'
import type { FunctionNetwork } from './regional-function.ts'

/** The network of a private api: its functions are in it, and callers come through its endpoint. */
export interface ApiNetwork extends FunctionNetwork {
  readonly apiEndpoint: ec2.IInterfaceVpcEndpoint
  /** Allows more through an own endpoint of DynamoDB; absent where the endpoint is of others. */
  allowTable?(destination: Destination): void
}

/** Props of `createApiNetwork`. */
export interface ApiNetworkProps extends DeploymentProps {
  readonly region: Region
  /** The bucket of the files. */
  readonly bucketArn: string
  /** The ARNs of what may be uploaded. @default the bucket takes no uploads */
  readonly uploadable?: readonly string[]
}

/** Actions on idempotency records and quota counters. */
export const apiStateActions = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem']

/** Actions on uploads, whose records are also read. */
export const uploadStateActions = [...apiStateActions, 'dynamodb:GetItem']

/** Actions of the api's functions on the links table, without its index. */
const linkActions = ['PutItem', 'GetItem', 'UpdateItem', 'DeleteItem', 'Scan'].map(action => `dynamodb:${action}`)

/** Creates the network of a private api, in a VPC of yours if there is one; undefined for a public api. */
export function createApiNetwork(scope: Construct, props: ApiNetworkProps): ApiNetwork | undefined {
  const { settings, names, existing, region, bucketArn, uploadable } = props
  if (settings.network === 'public') return undefined
  const further = furtherServicesOf(settings)
  if (existing?.vpc !== undefined) return new ExistingNetwork(scope, 'Network', { ...existing.vpc, further })
  const { availabilityZones: zones } = settings
  const needsIds = deployerOf(scope) === 'templates'
  if (zones === undefined || (needsIds && !zones.every(isZoneId))) throw withoutZones(region, { zones, needsIds })
  const links = tableArn(names.linksTable, region)
  const scanned = settings.scan === undefined ? [] : readTagActions
  return new PrivateNetwork(scope, 'Network', {
    settings,
    zones,
    tables: [
      { actions: linkActions, resources: [links] },
      { actions: ['dynamodb:Query'], resources: [referenceIndexArn(links)] },
      ...(settings.deliveryProof
        ? [{ actions: ['dynamodb:GetItem'], resources: [tableArn(names.deliveriesTable, region)] }]
        : []),
      {
        actions: uploadable === undefined ? apiStateActions : uploadStateActions,
        resources: [tableArn(names.apiStateTable, region)],
      },
    ],
    objects: [
      { actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: [`${bucketArn}/*`] },
      { actions: ['s3:ListBucket'], resources: [bucketArn] },
      ...(uploadable === undefined ? [] : [{ actions: [...uploadActions, ...scanned], resources: uploadable }]),
    ],
    further,
  })
}

/**
 * Names differ between accounts, and ids don't: a template for any account needs these. Not every zone serves Lambda and the endpoints:
 * CloudFormation would take the first ones.
 */
function withoutZones(
  region: Region,
  { zones, needsIds }: { readonly zones: readonly string[] | undefined; readonly needsIds: boolean },
): OnceAtEdgeError {
  const services = ['lambda', 'secretsmanager', 'execute-api', 'events', 'scheduler'].map(
    name => `com.amazonaws.${region}.${name}`,
  )
  return new OnceAtEdgeError('availability-zones', {
    problem: 'a new VPC needs two zones that serve Lambda and the endpoints of the VPC',
    got:
      zones === undefined
        ? "network: 'private' without availabilityZones and without a VPC of yours"
        : `availabilityZones: ${zones.join(', ')}, names of other zones in another account`,
    allowed:
      `availabilityZones: two ${needsIds ? 'ids ' : ''}that are in each list of: ` +
      `aws ec2 describe-vpc-endpoint-services --region ${region} --service-names ${services.join(' ')} ` +
      `--query ServiceDetails[].AvailabilityZone${needsIds ? 'Ids' : 's'}; of a VPC that is deployed, those of its subnets`,
  })
}
