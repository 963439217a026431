import { CfnOutput } from 'aws-cdk-lib'
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb'
import type * as kms from 'aws-cdk-lib/aws-kms'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import type { ContentKey } from '../existing/content.ts'
import { readTagActions } from '../existing/content-statements.ts'
import { takesUploads } from '../existing/existing.ts'
import { bucketArn, tableArn } from '../placement/names.ts'
import { type ApiFunction, apiPurpose } from '../placement/physical-names.ts'
import { hasSchedules } from '../placement/placement.ts'
import type { Serving } from '../placement/serving.ts'
import { edgeStackRegion, secretRegionsOf } from '../settings/settings.ts'
import { AuditBus, grantAudit, isAuditedIn } from './audit.ts'
import { type ApiNetwork, apiStateActions, createApiNetwork, uploadStateActions } from './api-network.ts'
import { ContentBucket, uploadableIn } from './content-bucket.ts'
import { IssuingApi } from './issuing-api.ts'
import { callerIndexArn, grantLinks } from './link-grants.ts'
import { encryptionWith } from './links-table.ts'
import { type FunctionProps, RegionalFunction } from './regional-function.ts'
import { grantSchedules } from './schedules.ts'
import { SigningKeys } from './signing-keys.ts'
import { protectByCall, removalOf, templateProtection } from './table-protection.ts'
import { TokenApi } from './token-api.ts'

/** Props of `Api`. */
export interface ApiProps extends DeploymentProps {
  readonly region: Region
  /** The customer managed key of the table of the api's state. @default a key that AWS owns */
  readonly tableKey?: kms.IKey | undefined
  /** The ARN of the customer managed key of the files. @default keys of S3 */
  readonly contentKeyArn?: string | undefined
  /** The distribution, which may be known at the end of the synthesis only. */
  readonly serving: Serving
  /** The end of the ARN of the secret and its copies. */
  readonly secretSuffix: string
}

/** One second less than API Gateway's timeout, so that the response of a batch can list the links that it had no time for. */
const longestSeconds = 28

/** The api of one Region, whose callers issue, show, list, revoke and exchange links, and upload files if the bucket takes them. */
export class Api extends Construct {
  readonly #props: ApiProps
  readonly #network: ApiNetwork | undefined
  readonly gateway: IssuingApi
  /** The address of the api, with its stage and a slash at the end. */
  readonly url: string
  /** The token API; undefined without the setting `auth`. */
  readonly tokens: TokenApi | undefined
  readonly #functions: lambda.Function[] = []
  readonly #linksFunction: RegionalFunction

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id)
    this.#props = props
    const { settings, names, region, existing } = props
    const hasUploads = takesUploads(existing)
    const files = { bucketArn: this.#bucketArn, ...(hasUploads && { uploadable: this.#uploadable().list }) }
    this.#network = createApiNetwork(this, { settings, names, existing, region, ...files })
    const endpoint = this.#network?.apiEndpoint
    const state = this.#createApiStateTable().tableArn
    this.#linksFunction = this.#links(state)
    const links = this.#linksFunction.function
    const uploads = hasUploads ? this.#uploads(state) : undefined
    const shared = { links, exchange: this.#exchange(), uploads, settings, endpoint }
    this.gateway = new IssuingApi(this, 'Gateway', { ...shared, name: settings.name })
    this.url = this.gateway.api.url
    new CfnOutput(scope, 'Url', { value: this.url })
    if (isAuditedIn(region, settings) && region !== edgeStackRegion) new AuditBus(this, 'Audit', props)
    const { auth } = settings
    if (auth === undefined) return
    const login = { settings, names, region, auth, network: this.#network }
    const received = this.#takesFiles ? uploads : undefined
    this.tokens = new TokenApi(this, 'Tokens', { ...login, shared, received, logAccount: this.gateway.logAccount })
    new CfnOutput(scope, 'TokenUrl', { value: this.tokens.api.url })
  }

  /** Sets a variable of all functions. Its value may be known at the end of the synthesis only. */
  setVariable(name: string, value: string): void {
    for (const each of this.#functions) each.addEnvironment(name, value)
  }

  /**
   * Creates and changes the functions that serve links after `other`. The rest of the api names them, or can be there before: a template
   * would repeat all names of `other` for each resource.
   */
  waitFor(other: Construct): void {
    for (const each of this.#functions) each.node.addDependency(other)
  }

  /** Lets callers list the links that they issued themselves, by the index of the table; once. */
  allowListOwn(): void {
    const { names, region } = this.#props
    grantLinks(this.#linksFunction, 'listOwn', { names, regions: this.#homes })
    const resources = [callerIndexArn(tableArn(names.linksTable, region))]
    this.#network?.allowTable?.({ actions: ['dynamodb:Query'], resources })
  }

  /** The home Regions that the api reaches: a private api only its own. */
  get #homes(): readonly Region[] {
    const { settings, region } = this.#props
    return settings.network === 'private' ? [region] : settings.homeRegions
  }

  #links(apiStateArn: string): RegionalFunction {
    const { settings, serving, names } = this.#props
    const linksFunction = this.#create('links', {
      description: 'Issues, shows, lists and revokes links',
      timeout: longestSeconds,
      environment: { ...serving.variables, ...this.bucketVariables },
    })
    const on = { names, regions: this.#homes }
    for (const verb of ['issue', 'revoke', 'list'] as const) grantLinks(linksFunction, verb, on)
    linksFunction.allow(apiStateActions, [apiStateArn])
    if (settings.deliveryProof) {
      linksFunction.allow(['dynamodb:GetItem'], [tableArn(names.deliveriesTable, settings.homeRegions[0])])
    }
    if (hasSchedules(settings)) grantSchedules(linksFunction, this.#props)
    ContentBucket.grantInspect(linksFunction, this.#bucketArn)
    this.#acknowledgeFiles(linksFunction)
    if (settings.scan !== undefined) {
      const uploaded = this.#uploadable(settings.uploadLinks)
      linksFunction.allow(readTagActions, uploaded.list)
      this.#acknowledgeUploads(linksFunction, uploaded, 'Links may name any file that was uploaded.')
    }
    return linksFunction
  }

  #exchange(): lambda.IFunction {
    const exchangeFunction = this.#create('exchange', {
      description: 'Exchanges a link for a presigned URL',
      timeout: 15,
      environment: this.bucketVariables,
    })
    grantLinks(exchangeFunction, 'consume', { names: this.#props.names, regions: this.#homes })
    ContentBucket.grantDownload(exchangeFunction, this.#bucketArn, this.#contentKey)
    this.#acknowledgeFiles(exchangeFunction)
    return exchangeFunction.function
  }

  /** Answers what is found on a function that reads files. */
  #acknowledgeFiles({ role }: RegionalFunction): void {
    acknowledge(role, { [`IAM5[Resource::${this.#bucketArn}/*]`]: 'Links may name any file in the bucket.' })
  }

  #uploads(apiStateArn: string): lambda.IFunction {
    const { serving, names } = this.#props
    const { CONTENT_PREFIXES } = serving.variables
    const uploadsFunction = this.#create('uploads', {
      description: 'Begins and completes uploads of files, and signs their parts',
      timeout: longestSeconds, // a large upload has ten pages of parts, and S3 may take long to complete it
      environment: { CONTENT_PREFIXES, ...this.bucketVariables },
    })
    uploadsFunction.allow(uploadStateActions, [apiStateArn])
    const files = this.#uploadable(this.#takesFiles)
    ContentBucket.grantUpload(uploadsFunction, files.list, this.#contentKey)
    this.#acknowledgeUploads(uploadsFunction, files, 'Issuers may upload any file below their prefixes.')
    if (this.#takesFiles) grantLinks(uploadsFunction, 'read', { names, regions: this.#homes })
    return uploadsFunction.function
  }

  /** Answers what is found on a function of uploads. */
  #acknowledgeUploads({ role }: RegionalFunction, { produce }: ReturnType<typeof uploadableIn>, reason: string): void {
    acknowledge(role, () => Object.fromEntries(produce().map(each => [`IAM5[Resource::${each}]`, reason])))
  }

  /** Variables that name the bucket of the files. A private api reaches it, because it is in the same Region. */
  get bucketVariables(): Record<string, string> {
    const { settings, existing } = this.#props
    return { BUCKET: this.#bucket, BUCKET_REGION: existing?.content?.region ?? settings.homeRegions[0] }
  }

  get #contentKey(): ContentKey | undefined {
    const { settings, existing, contentKeyArn } = this.#props
    if (existing?.content !== undefined) return existing.content.keyIn(this)
    return contentKeyArn === undefined ? undefined : { arn: contentKeyArn, region: settings.homeRegions[0] }
  }

  get #bucket(): string {
    const { settings, names, existing } = this.#props
    return existing?.content?.nameIn(this) ?? names.contentBucket(settings.homeRegions[0])
  }

  /** What may be uploaded: see `uploadableIn`. */
  #uploadable(uploadLinks = false) {
    return uploadableIn(this, this.#bucketArn, { issuers: this.#props.issuers, uploadLinks })
  }

  /** Whether links take files here: where the page reaches the api, since the state of an upload is in one Region. */
  get #takesFiles(): boolean {
    const { settings, region } = this.#props
    return settings.uploadLinks && region === settings.homeRegions[0]
  }

  get #bucketArn(): string {
    return bucketArn(this.#bucket)
  }

  /**
   * Creates a function with what all have in common; `own` is what differs. Gives it what all need: the secret, and the bus of the
   * audit.
   */
  #create(kind: ApiFunction, own: Pick<FunctionProps, 'description' | 'timeout' | 'environment'>): RegionalFunction {
    const { settings, names, region, secretSuffix } = this.#props
    const purpose = apiPurpose(kind, settings.network)
    const functionName = names.apiFunction(purpose)
    const roleName = names.apiRole(purpose, region)
    const common = { settings, folder: kind, functionName, roleName, network: this.#network }
    const grantee = new RegionalFunction(this, purpose, { ...common, ...own })
    this.#functions.push(grantee.function)
    const regions = settings.network === 'private' ? [region] : secretRegionsOf(settings)
    SigningKeys.grantReadOf(grantee, secretSuffix, regions)
    if (settings.audit) grantAudit(grantee, region, this.#props)
    return grantee
  }

  /**
   * Creates the table of idempotency records, uploads and quota counters, all of which expire. None holds a secret.
   */
  #createApiStateTable(): dynamodb.TableV2 {
    const { settings, names, region, tableKey } = this.#props
    const table = new dynamodb.TableV2(this, 'ApiState', {
      tableName: names.apiStateTable,
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billing: dynamodb.Billing.onDemand(),
      encryption: encryptionWith(tableKey && { key: tableKey, replicaKeyArns: {} }),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: removalOf(this, settings),
      ...templateProtection(this, settings),
    })
    protectByCall(table, { settings, tableName: names.apiStateTable, regions: [region] })
    return table
  }
}
