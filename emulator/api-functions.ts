import { randomBytes } from 'node:crypto'
import { dynamodbIdempotencyStore, dynamodbQuota, uploadState } from '../api/adapters/dynamodb-api-state.ts'
import { dynamodbDeliveries, dynamodbLinkLists, dynamodbLinks } from '../api/adapters/dynamodb-links.ts'
import { dynamodbReceived } from '../api/adapters/dynamodb-received.ts'
import { dynamodbIn, operationsOf } from '../api/adapters/dynamodb.ts'
import { objectsIn } from '../api/adapters/s3-objects.ts'
import { s3Presigner } from '../api/adapters/s3-presigner.ts'
import { s3Uploads } from '../api/adapters/s3-uploads.ts'
import { createExchangeHandler } from '../api/exchange/handler.ts'
import { createHandler } from '../api/links/handler.ts'
import type { ApiDeployment } from '../api/local-deployment.ts'
import type { LogLine } from '../api/ports.ts'
import type { ApiHandler } from '../api/proxy-handler.ts'
import { createReceivedHandler, isReceivedPath } from '../api/uploads/received-handler.ts'
import { createUploadHandler } from '../api/uploads/handler.ts'
import type { Keyring } from '../shared/secrets/keys.ts'
import { type DynamoDB, dynamodbLinkTable } from '../shared/redemption/dynamodb-link-table.ts'
import type { LinkTable } from '../shared/redemption/link-table.ts'
import type { Clock } from '../shared/time.ts'
import type { Tables } from './dynamodb/tables.ts'
import type { Bucket } from './s3/s3.ts'

/** What the edges and functions of one emulator share. */
export interface Parts {
  readonly deployment: ApiDeployment
  readonly clock: Clock
  readonly keyring: Keyring
  readonly tables: Tables
  readonly tableTimeoutMs?: number | undefined
  readonly log: (line: object) => void
}

/** The bucket, and where its S3 is. */
export interface LocalS3 extends Bucket {
  readonly endpoint: string
  readonly forcePathStyle: boolean
}

/** Makes the api's function for everything but the exchange and uploads. It looks at objects as on AWS: with requests to S3. */
export function linksOf({ deployment, tables, clock, keyring, log }: Parts, { name, ...s3 }: LocalS3) {
  const { linksTable, apiStateTable, deliveriesTable, homeRegions } = deployment
  const [region] = homeRegions
  const dynamodb = dynamodbIn(homeRegions, tables.config)
  const local = { region, ...tables.config(region) }
  return createHandler(
    {
      clock,
      keyring,
      random: randomBytes,
      links: dynamodbLinks(linksTable, dynamodb),
      objects: objectsIn(name, s3, deployment),
      listings: dynamodbLinkLists(linksTable, dynamodb),
      deliveries: deliveriesTable === undefined ? undefined : dynamodbDeliveries(deliveriesTable, local),
      idempotency: dynamodbIdempotencyStore(apiStateTable, local),
      quota: dynamodbQuota(apiStateTable, local),
      log: line => log({ api: region, ...line }),
    },
    deployment,
    region,
  )
}

/** Makes the table of links for an edge or the exchange. With `tableTimeoutMs`, each call waits that long for its response. */
export function linkTableOf({ deployment, tableTimeoutMs }: Parts, dynamodb: DynamoDB): LinkTable {
  const waiting: DynamoDB = {
    send: (operation, input, { region, timeoutMs }) =>
      dynamodb.send(operation, input, { region, timeoutMs: tableTimeoutMs ?? timeoutMs }),
  }
  return dynamodbLinkTable(deployment.linksTable, waiting)
}

/** Makes the api's function for the exchange. */
export function exchangeOf(parts: Parts, { name, ...s3 }: LocalS3) {
  const { deployment, tables, clock, keyring, log } = parts
  const { homeRegions } = deployment
  const [localRegion] = homeRegions
  return createExchangeHandler(
    {
      clock,
      keyring,
      random: randomBytes,
      table: linkTableOf(parts, operationsOf(dynamodbIn(homeRegions, tables.config))),
      presigner: s3Presigner(name, s3),
      log: line => log({ api: localRegion, ...line }),
    },
    deployment,
    localRegion,
  )
}

/** Makes the api's function for uploads, and for the files that links take. */
export function uploadsOf({ deployment, tables, clock, keyring, log }: Parts, { name, ...s3 }: LocalS3): ApiHandler {
  const { apiStateTable, linksTable, homeRegions } = deployment
  const [region] = homeRegions
  const local = { region, ...tables.config(region) }
  const common = {
    clock,
    keyring,
    bucket: s3Uploads(name, s3),
    log: (line: LogLine) => log({ api: region, ...line }),
  }
  const uploads = createUploadHandler(
    { ...common, random: randomBytes, ...uploadState(apiStateTable, local) },
    deployment,
  )
  const links = dynamodbLinks(linksTable, dynamodbIn(homeRegions, tables.config))
  const received = createReceivedHandler(
    { ...common, links, received: dynamodbReceived(apiStateTable, local) },
    deployment,
    region,
  )
  return async event => (isReceivedPath(event.path) ? received : uploads)(event)
}
