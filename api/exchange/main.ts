import { randomBytes } from 'node:crypto'
import { deployment as inlined } from '../../shared/aws/deployment.ts'
import { ownConfig, systemClock } from '../../shared/aws/process.ts'
import { secretKeyring } from '../../shared/aws/secrets-manager.ts'
import { assert } from '../../shared/errors.ts'
import { dynamodbLinkTable } from '../../shared/redemption/dynamodb-link-table.ts'
import { logAndAudit } from '../adapters/audit.ts'
import { dynamodbIn, operationsOf } from '../adapters/dynamodb.ts'
import { s3Presigner } from '../adapters/s3-presigner.ts'
import { createExchangeHandler } from './handler.ts'
import { reachableDeployment, withEnvironment } from '../local-deployment.ts'

const { AWS_REGION: here = '', BUCKET: bucket = '', BUCKET_REGION: bucketRegion = '' } = process.env
assert(bucket !== '' && bucketRegion !== '', 'set BUCKET and BUCKET_REGION to the bucket that holds the objects')

const deployment = withEnvironment(reachableDeployment(inlined, here), process.env)
const { homeRegions, linksTable } = deployment

/** The function behind the REST API's `/exchange`. */
export const handler = createExchangeHandler(
  {
    clock: systemClock,
    random: randomBytes,
    keyring: secretKeyring(deployment, here),
    table: dynamodbLinkTable(linksTable, operationsOf(dynamodbIn(homeRegions, () => ownConfig('DYNAMODB')))),
    presigner: s3Presigner(bucket, { region: bucketRegion }),
    ...logAndAudit(deployment, here),
  },
  deployment,
  here,
)
