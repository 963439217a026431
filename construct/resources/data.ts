import { CfnOutput, Duration, Stack } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { Code } from '../bundle.ts'
import type { Names } from '../names.ts'
import { oldVersionDaysOf } from '../parse-settings.ts'
import { apiPurpose } from '../physical-names.ts'
import { apiRegionsOf, type Settings } from '../settings.ts'
import { ContentBucket } from './content-bucket.ts'
import { LinkGrants } from './link-grants.ts'
import { LinksTable, type TableKeys } from './links-table.ts'
import { RegionalFunction } from './regional-function.ts'

/** Props of `Data`. */
export interface DataProps {
  readonly settings: Settings
  readonly names: Names
  readonly code: Code
  /** The customer managed keys of table and files. @default keys of AWS */
  readonly keys?: TableKeys | undefined
  /** The one distribution that may read the files. */
  readonly distributionId: string
}

/** The data of a deployment, in its first home Region: links and files. In mode `strong` also the sweeper. */
export class Data extends Construct {
  readonly links: LinksTable

  constructor(scope: Construct, id: string, props: DataProps) {
    super(scope, id)
    const { settings, names, keys, distributionId } = props
    this.links = new LinksTable(this, 'Links', { settings, names, keys, writers: writersOf(names, settings) })
    const { bucket } = new ContentBucket(this, 'Content', {
      bucketName: names.contentBucket(settings.homeRegions[0]),
      key: keys?.key,
      distributionId,
      recreatable: settings.recreatableFiles,
      oldVersionDays: oldVersionDaysOf(settings),
    })
    if (settings.mode === 'strong') this.#addSweeper(props)
    new CfnOutput(Stack.of(this), 'ContentBucket', { value: bucket.bucketName })
  }

  /**
   * Adds the sweeper, because the table has no TTL. It runs once a day, which is enough: no link depends on the removal of
   * another.
   */
  #addSweeper({ settings, names, code }: DataProps): void {
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
