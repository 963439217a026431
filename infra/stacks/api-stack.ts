import { Aws, CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { acknowledge } from '../acknowledge.ts'
import type { Code } from '../bundle.ts'
import { alarm, awsMetric } from '../constructs/alarms.ts'
import { ContentBucket } from '../constructs/content-bucket.ts'
import { IssuingApi } from '../constructs/issuing-api.ts'
import { LinkGrants, referenceIndexArn } from '../constructs/link-grants.ts'
import { PrivateNetwork } from '../constructs/private-network.ts'
import { RegionalFunction } from '../constructs/regional-function.ts'
import { SigningKeys } from '../constructs/signing-keys.ts'
import { UsedLinkMonitor } from '../constructs/used-link-watch.ts'
import { type Names, tableArn } from '../names.ts'
import { apiStage } from '../physical-names.ts'
import { type Settings, secretRegionsOf } from '../settings.ts'

/** What the stack is made from. */
export interface ApiStackProps extends StackProps {
  readonly settings: Settings
  readonly names: Names
  readonly region: Region
  readonly code: Code
  readonly tableKey: kms.IKey
  readonly linkOrigin: string
  readonly secretSuffix: string
  /** The source of the function that tells of used links. */
  readonly usedLinks: string
  /** The key of the bucket with the files. */
  readonly contentKeyArn: string
}

/** A second less than API Gateway waits for it, so that a batch says itself what it had no time for. */
const batchSeconds = 28

/** What is done with remembered answers, and with counters of callers. */
const answerActions = ['dynamodb:PutItem', 'dynamodb:UpdateItem']

/** What the functions of the api do with links, by key or all of them. */
const linkActions = ['PutItem', 'GetItem', 'UpdateItem', 'DeleteItem', 'Scan'].map(action => `dynamodb:${action}`)

/** The api of one issuing Region: who may call it issues links, looks at them, revokes them and exchanges them. */
export class ApiStack extends Stack {
  readonly #props: ApiStackProps
  readonly #network: PrivateNetwork | undefined

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props)
    this.#props = props
    const { settings } = props
    this.#network = settings.network === 'private' ? this.#makeNetwork() : undefined
    const { api } = new IssuingApi(this, 'Api', {
      name: settings.name,
      links: this.#links(),
      exchange: this.#exchange(),
      requestsPerSecond: settings.requestsPerSecond,
      logRetentionDays: settings.logRetentionDays,
      endpoint: this.#network?.apiEndpoint,
    })
    alarm(this, 'Errors', {
      name: `${settings.name}-api-5xx`,
      description: 'The api answers with 5xx: look at the logs of its functions, and at DynamoDB here.',
      metric: awsMetric('ApiGateway', '5XXError', { dimensionsMap: { ApiName: api.restApiName, Stage: apiStage } }),
      threshold: 5,
    })
    new CfnOutput(this, 'Url', { value: api.url })
  }

  /** A private api reaches its own Region alone: it is the only home, and has the only secret. */
  get #homes(): readonly Region[] {
    const { settings, region } = this.#props
    return settings.network === 'private' ? [region] : settings.homeRegions
  }

  #links(): lambda.IFunction {
    const { names, code, linkOrigin } = this.#props
    const made = this.#function('links', 'Issues, shows, lists and revokes links', {
      code: code.api,
      timeout: batchSeconds,
      environment: { LINK_ORIGIN: linkOrigin },
    })
    const grants = new LinkGrants(names, this.#homes)
    grants.grantIssue(made)
    grants.grantRevoke(made)
    grants.grantList(made)
    const answers = this.#stateTable()
    made.allow(answerActions, [answers.tableArn])
    return made.function
  }

  #exchange(): lambda.IFunction {
    const { settings, names, code, usedLinks, contentKeyArn } = this.#props
    const [home] = settings.homeRegions
    const bucket = names.contentBucket(home)
    const made = this.#function('exchange', 'Exchanges a link for a presigned URL', {
      code: code.exchange,
      timeout: 15,
      environment: { BUCKET: bucket, BUCKET_REGION: home },
    })
    new LinkGrants(names, this.#homes).grantConsume(made)
    const bucketArn = `arn:${Aws.PARTITION}:s3:::${bucket}`
    ContentBucket.grantDownload(made, bucketArn, contentKeyArn)
    acknowledge(made.role, {
      [`IAM5[Resource::${bucketArn}/*]`]: 'Any file may be exchanged: which one is known when its link is.',
    })
    new UsedLinkMonitor(this, 'UsedLinks', {
      settings,
      names,
      watched: made.logGroup,
      functionName: names.apiFunction('exchange-used-links'),
      code: usedLinks,
      busRegion: home,
    })
    return made.function
  }

  #function(
    purpose: string,
    description: string,
    { code, timeout, environment }: { code: string; timeout: number; environment: Record<string, string> },
  ): RegionalFunction {
    const { settings, names, region, secretSuffix } = this.#props
    const made = new RegionalFunction(this, purpose, {
      functionName: names.apiFunction(purpose),
      roleName: names.apiRole(purpose, region),
      description,
      code: lambda.Code.fromAsset(code),
      handler: 'index.handler',
      timeout,
      memory: 512,
      environment,
      logRetentionDays: settings.logRetentionDays,
      network: this.#network,
    })
    const regions = settings.network === 'private' ? [region] : secretRegionsOf(settings)
    SigningKeys.grantReadOf(made, secretSuffix, regions)
    return made
  }

  /** Answers by Idempotency-Key, forgotten after a day, and counters of callers, after a minute. They hold no secret. */
  #stateTable(): dynamodb.TableV2 {
    const { settings, names, tableKey } = this.#props
    return new dynamodb.TableV2(this, 'ApiState', {
      tableName: names.apiStateTable,
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billing: dynamodb.Billing.onDemand(),
      encryption: dynamodb.TableEncryptionV2.customerManagedKey(tableKey),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: settings.deletionProtection,
      removalPolicy: RemovalPolicy.DESTROY, // kept by deletion protection
    })
  }

  #makeNetwork(): PrivateNetwork {
    const { settings, names, region } = this.#props
    const links = tableArn(names.linksTable, region)
    return new PrivateNetwork(this, 'Network', {
      name: settings.name,
      cidr: settings.vpcCidr,
      tables: [
        { actions: linkActions, resources: [links] },
        { actions: ['dynamodb:Query'], resources: [referenceIndexArn(links)] },
        { actions: answerActions, resources: [tableArn(names.apiStateTable, region)] },
      ],
      objects: [
        { actions: ['s3:GetObject'], resources: [`arn:${Aws.PARTITION}:s3:::${names.contentBucket(region)}/*`] },
      ],
      logRetentionDays: settings.logRetentionDays,
    })
  }
}
