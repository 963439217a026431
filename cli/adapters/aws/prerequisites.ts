import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm'
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { CloudFrontClient, ListDistributionsCommand } from '@aws-sdk/client-cloudfront'
import { DynamoDBClient, paginateScan, ScanCommand, type ScanCommandInput } from '@aws-sdk/client-dynamodb'
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3'
import { GetHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53'
import { validationKey } from '../../../shared/scan.ts'
import type { Bootstrap, LiveLinks, Prerequisites } from '../../ports/aws-deploy.ts'
import { clientPerRegion, globalRegion, undefinedIfMissing } from './client.ts'

/** Most pages of a scan for live links: each reads 1 MB, for an eighth of a cent in all. */
const maxPages = 500

/** Creates the adapter of what a deployment requires of an account. */
export function prerequisites(): Prerequisites {
  const stacksIn = clientPerRegion(config => new CloudFormationClient(config))
  const lambdaIn = clientPerRegion(config => new LambdaClient(config))
  const cloudFrontIn = clientPerRegion(config => new CloudFrontClient(config))
  return {
    bootstrap: region => readBootstrap(stacksIn(region)),
    async concurrency(region) {
      const { AccountLimit } = await lambdaIn(region).send(new GetAccountSettingsCommand({}))
      return AccountLimit?.ConcurrentExecutions ?? 0
    },
    async hasDistribution() {
      const { DistributionList } = await cloudFrontIn(globalRegion).send(new ListDistributionsCommand({ MaxItems: 1 }))
      return (DistributionList?.Items ?? []).length > 0
    },
    ...domains(),
    ...contents(),
  }
}

function domains(): Pick<Prerequisites, 'certificate' | 'zone'> {
  const acmIn = clientPerRegion(config => new ACMClient(config))
  const route53In = clientPerRegion(config => new Route53Client(config))
  return {
    async certificate(CertificateArn) {
      const request = acmIn(globalRegion).send(new DescribeCertificateCommand({ CertificateArn }))
      const found = (await undefinedIfMissing(request, 'ResourceNotFoundException'))?.Certificate
      return found && { status: found.Status ?? '', hosts: found.SubjectAlternativeNames ?? [found.DomainName ?? ''] }
    },
    async zone(Id) {
      const request = route53In(globalRegion).send(new GetHostedZoneCommand({ Id }))
      const found = (await undefinedIfMissing(request, 'NoSuchHostedZone'))?.HostedZone
      const isPrivate = found?.Config?.PrivateZone === true
      return found && { domain: found.Name?.replace(/\.$/, '') ?? '', isPrivate }
    },
  }
}

function contents(): Pick<Prerequisites, 'hasLiveLinks' | 'hasItems' | 'hasFiles'> {
  const tablesIn = clientPerRegion(config => new DynamoDBClient(config))
  const s3In = clientPerRegion(config => new S3Client(config))
  return {
    hasLiveLinks: (table, region, links) => scanForLinks(scanOf(table, links), links, tablesIn(region)),
    async hasItems(TableName, region) {
      const request = new ScanCommand({ TableName, Limit: 1, Select: 'COUNT' })
      const found = await undefinedIfMissing(tablesIn(region).send(request), 'ResourceNotFoundException')
      return (found?.Count ?? 0) > 0
    },
    async hasFiles(Bucket, region) {
      const request = s3In(region).send(new ListObjectVersionsCommand({ Bucket }))
      const found = await undefinedIfMissing(request, 'NoSuchBucket')
      return [...(found?.Versions ?? []), ...(found?.DeleteMarkers ?? [])].some(({ Key }) => Key !== validationKey)
    },
  }
}

/** Errors of a Region that the account has not enabled (AWS, "Enable or disable AWS Regions in your account"). */
const disabledErrors: ReadonlySet<string> = new Set([
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'AuthFailure',
  'OptInRequired',
])

async function readBootstrap(client: CloudFormationClient): Promise<Bootstrap> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'CDKToolkit' }))
    const output = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'BootstrapVersion')?.OutputValue
    return output === undefined ? { kind: 'missing' } : { kind: 'version', version: Number(output) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error.message.includes('does not exist')) return { kind: 'missing' }
    if (disabledErrors.has(error.name)) return { kind: 'disabled', why: error.message }
    throw error
  }
}

/** A filter can't subtract: of links that are to be longer than something, both times are read. */
function scanOf(TableName: string, { home, now, longerThan }: LiveLinks): ScanCommandInput {
  // A link that was used without a receipt is gone; with one, or once it was revoked, its state says so.
  const filter = 'expiresAt > :now AND (attribute_not_exists(#state) OR #state = :live)'
  return {
    TableName,
    ...(longerThan === undefined ? { Select: 'COUNT' } : { ProjectionExpression: 'issuedAt, expiresAt' }),
    FilterExpression: home === undefined ? filter : `${filter} AND homeRegion = :home`,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':now': { N: String(now) },
      ':live': { S: 'live' },
      ...(home !== undefined && { ':home': { S: home } }),
    },
  }
}

async function scanForLinks(
  scan: ScanCommandInput,
  { longerThan }: LiveLinks,
  client: DynamoDBClient,
): Promise<boolean | undefined> {
  let pages = 0
  for await (const { Count = 0, Items = [] } of paginateScan({ client }, scan)) {
    const lifeOf = ({ issuedAt, expiresAt }: (typeof Items)[number]) => Number(expiresAt?.N) - Number(issuedAt?.N)
    if (longerThan === undefined ? Count > 0 : Items.some(item => lifeOf(item) > longerThan)) return true
    pages += 1
    if (pages >= maxPages) return undefined
  }
  return false
}
