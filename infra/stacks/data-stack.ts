import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import type { Code } from '../bundle.ts'
import { ContentBucket } from '../constructs/content-bucket.ts'
import { LinkGrants } from '../constructs/link-grants.ts'
import { LinksTable } from '../constructs/links-table.ts'
import { RegionalFunction } from '../constructs/regional-function.ts'
import type { Names } from '../names.ts'
import { oldVersionDaysOf } from '../parse-settings.ts'
import { apiPurpose } from '../physical-names.ts'
import { apiRegionsOf, type Settings } from '../settings.ts'

/** Props of `DataStack`. */
export interface DataStackProps extends StackProps {
  readonly settings: Settings
  readonly names: Names
  readonly code: Code
  readonly tableKey: kms.IKey
  readonly replicaKeyArns: Readonly<Partial<Record<Region, string>>>
  /** The one distribution that may read the files. */
  readonly distributionId: string
}

/** The data of a deployment, in its first home Region: links and files. In mode `strong` also the sweeper. */
export class DataStack extends Stack {
  readonly links: LinksTable
  readonly content: ContentBucket

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, { ...props, terminationProtection: props.settings.deletionProtection })
    const { settings, names, tableKey, replicaKeyArns, distributionId } = props
    const [home] = settings.homeRegions
    this.links = new LinksTable(this, 'Links', {
      settings,
      names,
      replicaKeyArns,
      key: tableKey,
      writers: writersOf(names, settings),
    })
    this.content = new ContentBucket(this, 'Content', {
      bucketName: names.contentBucket(home),
      distributionId,
      recreatable: settings.recreatableFiles,
      oldVersionDays: oldVersionDaysOf(settings),
    })
    if (settings.mode === 'strong') this.#addSweeper(props)
    new CfnOutput(this, 'ContentBucket', { value: this.content.bucket.bucketName })
  }

  /**
   * Adds the sweeper, because the table has no TTL. It runs once a day, which is enough: no link depends on the removal of
   * another.
   */
  #addSweeper({ settings, names, code }: DataStackProps): void {
    const [home] = settings.homeRegions
    const sweeper = new RegionalFunction(this, 'Sweeper', {
      functionName: names.apiFunction('sweeper'),
      roleName: names.apiRole('sweeper', home),
      description: 'Removes links after purgeAt, because the table has no TTL',
      code: lambda.Code.fromAsset(code.sweeper),
      handler: 'index.handler',
      timeout: 900,
      memory: 512,
      logRetentionDays: settings.logRetentionDays,
    })
    new LinkGrants(names, [home]).grantSweep(sweeper)
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
