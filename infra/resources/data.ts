import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib'
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import type { Names } from '../placement/names.ts'
import { apiPurpose } from '../placement/physical-names.ts'
import { apiRegionsOf, type Settings } from '../settings/settings.ts'
import { ContentBucket } from './content-bucket.ts'
import { RegionalFunction } from './regional-function.ts'
import { grantLinks } from './link-grants.ts'
import { encryptionWith, LinksTable, type TableKeys } from './links-table.ts'

/** Props of `Data`. */
export interface DataProps extends DeploymentProps {
  /** The customer managed keys of table and files. @default keys of AWS */
  readonly keys?: TableKeys | undefined
}

/** The data of a deployment, in its first home Region: links and files. In mode `strong` also the sweeper. */
export class Data extends Construct {
  readonly links: LinksTable
  /** The deployment's own bucket of the files; undefined if it uses one of yours. */
  readonly content: ContentBucket | undefined

  constructor(scope: Construct, id: string, props: DataProps) {
    super(scope, id)
    const { settings, names, existing, issuers, keys } = props
    this.links = new LinksTable(this, 'Links', { ...props, writers: writersOf(names, settings) })
    this.content =
      existing?.content === undefined
        ? new ContentBucket(this, 'Content', { settings, names, issuers, key: keys?.key })
        : undefined
    if (settings.deliveryProof) this.#addDeliveries(props)
    if (settings.mode === 'strong') this.#addSweeper(props)
    if (this.content !== undefined) new CfnOutput(scope, 'ContentBucket', { value: this.content.bucket.bucketName })
  }

  /** Adds the table of deliveries, which functions know by name. TTL removes each some time after its last response. */
  #addDeliveries({ names, keys }: DataProps): void {
    new dynamodb.TableV2(this, 'Deliveries', {
      tableName: names.deliveriesTable,
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billing: dynamodb.Billing.onDemand(),
      encryption: encryptionWith(keys && { key: keys.key, replicaKeyArns: {} }),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.DESTROY, // it goes with the setting, and with the deployment
    })
  }

  /**
   * Adds the sweeper, because the table has no TTL. It runs once a day, which is enough: no link depends on the removal of
   * another.
   */
  #addSweeper({ settings, names }: DataProps): void {
    const [home] = settings.homeRegions
    const sweeper = new RegionalFunction(this, 'Sweeper', {
      folder: 'sweeper',
      settings,
      functionName: names.apiFunction('sweeper'),
      roleName: names.apiRole('sweeper', home),
      description: 'Removes links after purgeAt, because the table has no TTL',
      timeout: 900,
      memory: 512,
    })
    grantLinks(sweeper, 'sweep', { names, regions: [home] })
    new events.Rule(this, 'EveryDay', {
      description: 'Removes links after purgeAt',
      schedule: events.Schedule.rate(Duration.days(1)),
      targets: [new targets.LambdaFunction(sweeper.function)],
    })
  }
}

/** Returns the names of the roles that issue, revoke, redeem and sweep. */
function writersOf(names: Names, settings: Settings): readonly string[] {
  const apiRoles = apiRegionsOf(settings).flatMap(region => [
    names.apiRole(apiPurpose('links', settings.network), region),
    names.apiRole(apiPurpose('exchange', settings.network), region),
  ])
  return [
    names.edgeRole,
    ...apiRoles,
    ...(settings.mode === 'strong' ? [names.apiRole('sweeper', settings.homeRegions[0])] : []),
  ]
}
