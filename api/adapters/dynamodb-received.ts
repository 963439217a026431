import type { ClientConfig } from '../../shared/aws/aws-json-client.ts'
import { repeated } from '../../shared/aws/repeated.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { ReceivedUpload, ReceivedUploads } from '../uploads/received-ports.ts'
import { dynamodbAt, type Inputs, ifConditionFailed } from './dynamodb.ts'

/** Timeout of one call, in milliseconds, with its retries. */
const callMs = 2500

type Update = Pick<Inputs['UpdateItem'], 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'>

/**
 * Keeps the uploads for links in the table of the API's state, in its own Region, which `config` names: an item for each redemption. Each
 * write names S3's id of the upload that it is for, so that one which comes again or too late changes nothing of another.
 */
export function dynamodbReceived(tableName: string, config: ClientConfig): ReceivedUploads {
  const dynamodb = dynamodbAt(config)
  /** Resolves to false if the condition fails. */
  const update = async (name: string, leftMs: number, changes: Update) => {
    const input = { TableName: tableName, Key: { id: { S: name } }, ...changes }
    const written = dynamodb(leftMs).send('UpdateItem', input)
    return written.then(
      () => true,
      ifConditionFailed(() => false),
    )
  }
  const updateAgain = (name: string, changes: Update) => repeated(callMs, leftMs => update(name, leftMs, changes))
  return {
    async find(name) {
      const read = { TableName: tableName, Key: { id: { S: name } }, ConsistentRead: true }
      const { Item } = await repeated(callMs, leftMs => dynamodb(leftMs).send('GetItem', read))
      return Item && recordOf(Item)
    },
    tryBegin: (name, ...begun) => updateAgain(name, beginning(...begun)),
    trySign: (name, ...signed) => update(name, callMs, signing(...signed)),
    tryNote: (name, ...noted) => updateAgain(name, noting(...noted)),
    async setReceived(name, ...received) {
      await updateAgain(name, receiving(...received))
    },
    tryEnd: (name, uploadId) => updateAgain(name, ending(uploadId)),
  }
}

/** Once an upload has ended, only its id stays: a write that comes again or too late does not begin it anew. */
const isNamed = 'uploadId = :own AND attribute_exists(upload)'
const isOpen = `${isNamed} AND attribute_not_exists(sha256)`

type Changes<Method extends keyof ReceivedUploads> =
  Parameters<ReceivedUploads[Method]> extends readonly [string, ...infer Rest] ? (...rest: Rest) => Update : never

const beginning: Changes<'tryBegin'> = (upload, { former, purgeAt }) => {
  const isFormer = former === undefined ? 'attribute_not_exists(uploadId)' : 'uploadId = :former'
  return {
    UpdateExpression:
      'SET uploadId = :own, upload = :upload, expiresAt = :purgeAt, signed = if_not_exists(signed, :zero)',
    ConditionExpression: `(attribute_not_exists(sha256) AND ${isFormer}) OR (${isNamed})`,
    ExpressionAttributeValues: {
      ':own': { S: upload.uploadId },
      ':upload': { S: JSON.stringify(upload) },
      ':purgeAt': { N: String(purgeAt) },
      ':zero': { N: '0' },
      ...(former !== undefined && { ':former': { S: former } }),
    },
  }
}

const signing: Changes<'trySign'> = (uploadId, { bytes, max }) => ({
  UpdateExpression: 'SET signed = signed + :bytes',
  ConditionExpression: `${isOpen} AND signed <= :room`,
  ExpressionAttributeValues: {
    ':own': { S: uploadId },
    ':bytes': { N: String(bytes) },
    ':room': { N: String(max - bytes) },
  },
})

const noting: Changes<'tryNote'> = (uploadId, sha256) => ({
  UpdateExpression: 'SET sha256 = :sha256',
  ConditionExpression: `${isNamed} AND (attribute_not_exists(sha256) OR sha256 = :sha256)`,
  ExpressionAttributeValues: { ':own': { S: uploadId }, ':sha256': { S: sha256 } },
})

const receiving: Changes<'setReceived'> = (uploadId, at) => ({
  UpdateExpression: 'SET receivedAt = if_not_exists(receivedAt, :at)',
  ConditionExpression: 'uploadId = :own AND attribute_exists(sha256)',
  ExpressionAttributeValues: { ':own': { S: uploadId }, ':at': { N: String(at) } },
})

/** What was signed stays, or each end would allow as much again. */
const ending: Changes<'tryEnd'> = uploadId => ({
  UpdateExpression: 'REMOVE upload',
  ConditionExpression: 'uploadId = :own AND attribute_not_exists(sha256)',
  ExpressionAttributeValues: { ':own': { S: uploadId } },
})

type StoredItem = Readonly<Record<string, { readonly S?: string | undefined; readonly N?: string | undefined }>>

function recordOf({ upload, uploadId, sha256, receivedAt }: StoredItem) {
  return {
    ...(upload?.S !== undefined && { upload: JSON.parse(upload.S) as ReceivedUpload }),
    ...(upload === undefined && uploadId?.S !== undefined && { ended: uploadId.S }),
    ...(sha256?.S !== undefined && { sha256: sha256.S }),
    ...(receivedAt?.N !== undefined && { receivedAt: Number(receivedAt.N) as EpochSeconds }),
  }
}
