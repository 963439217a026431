import { type Account, AwsError, type Properties, type Thing, thing, thingsOf } from './account.ts'
import { mark } from './cloudformation/values.ts'
import type { Call } from './protocol.ts'

type Operation = (call: Call, input: Properties) => object

const seconds = (at: unknown) => Number(at) / 1000

/** How long DynamoDB can restore a table, in milliseconds, and how far it is behind (DynamoDB, "Point-in-time recovery"). */
const [longest, behind] = [35 * 24 * 3600_000, 5 * 60_000]

/** The range to which a table can be restored; undefined without recovery. */
export function recoveryOf(account: Account, table: Thing): Properties | undefined {
  const recovery = (table.properties['replica'] as Properties | undefined)?.['PointInTimeRecoverySpecification']
  if ((recovery as Properties | undefined)?.['PointInTimeRecoveryEnabled'] !== true) return undefined
  return {
    EarliestRestorableDateTime: seconds(account.now - longest),
    LatestRestorableDateTime: seconds(account.now - behind),
  }
}

/** Restores tables; a backup of a deleted table is a thing of type `backup` with `table` and `at`. */
export const restoreOperations: Readonly<Record<string, Operation>> = {
  ListBackups: ({ account, region }, { TableName }) => ({
    BackupSummaries: thingsOf(account, 'backup', region)
      .filter(({ properties }) => properties['table'] === TableName)
      .map(({ id, properties }) => ({ BackupArn: id, BackupCreationDateTime: seconds(properties['at']) })),
  }),
  RestoreTableFromBackup(call, { BackupArn, ...input }) {
    const backup = thing(call.account, 'backup', { region: call.region, id: String(BackupArn) })
    if (backup === undefined) throw new AwsError('BackupNotFoundException', `there is no ${String(BackupArn)}`)
    return startRestore(call, input, { from: BackupArn })
  },
  RestoreTableToPointInTime(call, { SourceTableName, RestoreDateTime, ...input }) {
    const source = thing(call.account, 'AWS::DynamoDB::GlobalTable', {
      region: call.region,
      id: String(SourceTableName),
    })
    const range = source && recoveryOf(call.account, source)
    if (range === undefined) throw new AwsError('PointInTimeRecoveryUnavailableException', 'no recovery')
    const at = Number(RestoreDateTime)
    if (at < Number(range['EarliestRestorableDateTime']) || at > Number(range['LatestRestorableDateTime'])) {
      throw new AwsError('InvalidRestoreTimeException', `got ${at}`)
    }
    return startRestore(call, input, { from: SourceTableName, at })
  },
}

/** Creates the table, which is complete once it was described as many times as a test sets in `account.pace`. */
function startRestore({ account, region }: Call, input: Properties, made: Properties): object {
  const id = String(input['TargetTableName'])
  const type = 'AWS::DynamoDB::GlobalTable'
  if (thing(account, type, { region, id }) !== undefined) throw new AwsError('TableAlreadyExistsException', id)
  const key = (input['SSESpecificationOverride'] as Properties | undefined)?.['KMSMasterKeyId']
  const replica = key === undefined ? {} : { SSESpecification: { KMSMasterKeyId: key } }
  const properties = { replica, restored: made, status: 'CREATING', describesLeft: account.pace + 1 }
  account.things.push({ type, region, id, properties })
  return { TableDescription: { TableName: id, TableStatus: 'CREATING' } }
}

/** Counts a description of a table that is being restored. */
export function describeRestored({ properties }: Thing): void {
  if (properties['status'] !== 'CREATING') return
  properties['describesLeft'] = Number(properties['describesLeft']) - 1
  if (Number(properties['describesLeft']) <= 0) properties['status'] = 'ACTIVE'
}

/** The id of the version of keys that no test changed. */
const firstVersion = '0c5a7e4e-0000-4000-8000-000000000000'

/** The versions of a secret, of which a copy may lag behind: a test sets `version` there. */
export function versionsOf({ properties }: Thing): Properties {
  const current = (properties['version'] ?? firstVersion) as string
  const previous = properties['previousVersion'] as string | undefined
  return {
    VersionIdsToStages: {
      [current]: ['AWSCURRENT', ...((properties['labels'] ?? []) as string[])],
      ...(previous !== undefined && { [previous]: ['AWSPREVIOUS'] }),
    },
  }
}

/** Lists the current version of a secret with the time of its creation. */
export function listVersions(secret: Thing): Properties {
  const { properties } = secret
  const current = Object.keys(versionsOf(secret)['VersionIdsToStages'] as object)[0]
  return { Versions: [{ VersionId: current, CreatedDate: properties['versionAt'] ?? properties['createdAt'] }] }
}

/** Does what the function that invalidates links does: a new version with a MAC key in another slot, in every Region. */
export function invalidateLinks(account: Account, functionName: string): object {
  const name = functionName.replace(/-invalidate-links$/, '')
  account.serial += 1
  const version = mark(`${name}${account.serial}`, 32)
  const copies = thingsOf(account, 'AWS::SecretsManager::Secret').filter(({ id }) => id === name)
  let keySlot = 0
  for (const { properties } of copies) {
    const value = JSON.parse(String(properties['value'])) as { mac: { current: number; slots: object } }
    keySlot = (value.mac.current + 1) % 16
    const mac = { current: keySlot, slots: { [keySlot]: Buffer.alloc(32, account.serial).toString('base64') } }
    if (properties['lags'] === true) continue
    Object.assign(properties, {
      value: JSON.stringify({ ...value, mac, withoutReceipt: undefined }),
      labels: [],
      previousVersion: properties['version'] ?? firstVersion,
      version,
      versionAt: account.now / 1000,
    })
  }
  return { keySlot }
}
