import { deployment as inlined } from '../../shared/aws/deployment.ts'
import { ownConfig, systemClock } from '../../shared/aws/process.ts'
import { secretKeyring } from '../../shared/aws/secrets-manager.ts'
import { assert } from '../../shared/errors.ts'
import { logAndAudit } from '../adapters/audit.ts'
import { uploadState } from '../adapters/dynamodb-api-state.ts'
import { dynamodbLinks } from '../adapters/dynamodb-links.ts'
import { dynamodbReceived } from '../adapters/dynamodb-received.ts'
import { dynamodbIn } from '../adapters/dynamodb.ts'
import { randomBytes } from '../adapters/process.ts'
import { s3Uploads } from '../adapters/s3-uploads.ts'
import { reachableDeployment, withEnvironment } from '../local-deployment.ts'
import type { ApiHandler } from '../proxy-handler.ts'
import { createReceivedHandler, isReceivedPath } from './received-handler.ts'
import { createUploadHandler } from './handler.ts'

const { AWS_REGION: here = '', BUCKET: bucket = '', BUCKET_REGION: bucketRegion = '' } = process.env
assert(bucket !== '' && bucketRegion !== '', 'set BUCKET and BUCKET_REGION to the bucket that holds the objects')

const deployment = withEnvironment(reachableDeployment(inlined, here), process.env)

const { apiStateTable, linksTable, homeRegions, uploadApi } = deployment
const apiState = { region: here, ...ownConfig('DYNAMODB') }
const common = {
  clock: systemClock,
  keyring: secretKeyring(deployment, here),
  bucket: s3Uploads(bucket, { region: bucketRegion }),
  ...logAndAudit(deployment, here),
}
const uploads = createUploadHandler(
  { ...common, random: randomBytes, ...uploadState(apiStateTable, apiState) },
  deployment,
)

/** Undefined where no link takes a file. */
const received =
  uploadApi === undefined
    ? undefined
    : createReceivedHandler(
        {
          ...common,
          links: dynamodbLinks(
            linksTable,
            dynamodbIn(homeRegions, () => ownConfig('DYNAMODB')),
          ),
          received: dynamodbReceived(apiStateTable, apiState),
        },
        deployment,
        here,
      )

/** The function behind `/uploads` of each REST API, and `/received` of the token API. */
export const handler: ApiHandler = async event => (isReceivedPath(event.path) && received ? received : uploads)(event)
