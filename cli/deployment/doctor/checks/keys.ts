import type { PhysicalNames } from '../../../../infra/placement/physical-names.ts'
import { edgeStackRegion, secretRegionsOf } from '../../../../infra/settings/settings.ts'
import type { Region } from '../../../../shared/regions.ts'
import type { EpochMs } from '../../../../shared/time.ts'
import type { KeyGroup } from '../../../ports/aws-cloudfront.ts'
import { isOurKey } from '../../names.ts'
import { check, fail, revertDrift, warn } from '../check.ts'
import type { Expected } from '../facts.ts'

/** The command that creates what CloudFront lacks of the keys in the secret: CloudFormation doesn't know of these. */
function repairKeys(names: PhysicalNames): string {
  const payload = `--cli-binary-format raw-in-base64-out --payload '{"RequestType":"Update"}'`
  return `aws lambda invoke --region ${edgeStackRegion} --function-name ${names.keysFunction('create')} ${payload} /dev/stdout`
}

/** The key group holds the current key and no key of another deployment. CloudFormation doesn't know of it. */
export const keyGroup = check({
  name: 'key-group',
  fine: 'the key group holds keys of this deployment only, including the current key',
  needs: ['currentKeyId', 'publicKeys'],
  sees: ['keyGroup'],
  *inspect({ keyGroup: group, currentKeyId: keyPairId, publicKeys }, { settings: { name }, names }) {
    const repair = repairKeys(names)
    if (group === undefined) return yield fail(`there is no key group ${name}: no download works`, repair)
    const isForeign = (id: string) => id !== keyPairId && !publicKeys.some(key => key.id === id && isOurKey(key, name))
    if (!publicKeys.some(({ id }) => id === keyPairId))
      yield fail(`CloudFront has no public key ${keyPairId} for the current signing key: it refuses all URLs`, repair)
    if (!group.keyIds.includes(keyPairId))
      yield fail(`key group ${name} lacks ${keyPairId}, the current key: CloudFront refuses all URLs`, repair)
    for (const id of group.keyIds.filter(isForeign))
      yield fail(
        `key group ${name} holds ${id}, which is not a key of this deployment: its owner can download all files`,
        keepInGroup(group, [...new Set([keyPairId, ...group.keyIds.filter(each => !isForeign(each))])]),
      )
  },
})

/** Returns the command that leaves only these keys in the group. */
function keepInGroup({ id, name }: KeyGroup, Items: readonly string[]): string {
  const version = `$(aws cloudfront get-key-group --id ${id} --query ETag --output text)`
  const config = JSON.stringify({ Name: name, Items })
  return `aws cloudfront update-key-group --id ${id} --if-match ${version} --key-group-config '${config}'`
}

/** The secret has a copy in us-east-1 and in every home Region, and all copies are in sync. */
export const secretRegions = check({
  name: 'secret-regions',
  fine: 'us-east-1 and every home Region has its copy of the keys, in sync',
  needs: [],
  sees: ['secrets'],
  *inspect({ secrets }, { settings, names }) {
    const regions = secretRegionsOf(settings)
    const primary = secrets[edgeStackRegion]
    if (primary === undefined)
      return yield fail(`${names.secret} is not in ${edgeStackRegion}: nothing works without it`)
    const command = (verb: string) =>
      `aws secretsmanager ${verb} --region ${edgeStackRegion} --secret-id ${names.secret}`
    if (primary.deletedAt !== undefined)
      return yield fail(`${names.secret} is scheduled for deletion`, command('restore-secret'))
    const copyTo = (region: Region) =>
      `${command('replicate-secret-to-regions')} --force-overwrite-replica-secret --add-replica-regions Region=${region}`
    for (const region of regions.slice(1)) {
      const copy = primary.copies.find(each => each.region === region)
      if (copy === undefined || secrets[region] === undefined) yield fail(`there is no copy of the keys in ${region}`)
      else if (copy.status !== 'InSync')
        yield fail(`the copy of the keys in ${region} is ${copy.status}`, copyTo(region))
    }
    for (const { region } of primary.copies.filter(copy => !regions.some(each => each === copy.region)))
      yield warn(`there is a copy of the keys in ${region}, where nothing reads it`)
  },
})

/** The command that rotates the keys now. */
function rotateNow({ secret }: PhysicalNames): string {
  return `aws secretsmanager rotate-secret --region ${edgeStackRegion} --secret-id ${secret}`
}

/** The same, and where to look if it fails. */
function rotateOrRead(names: PhysicalNames): string {
  return `${rotateNow(names)}; if that fails, read ${names.logsOf(names.keysFunction('rotate'))} in ${edgeStackRegion}`
}

/** The command that turns the rotation on, with its schedule. */
function scheduleRotation({ settings, names, account }: Expected): string {
  const lambda = `arn:aws:lambda:${edgeStackRegion}:${account}:function:${names.keysFunction('rotate')}`
  const rules = `--rotation-rules ScheduleExpression='rate(${settings.rotationDays} days)' --no-rotate-immediately`
  return `${rotateNow(names)} --rotation-lambda-arn ${lambda} ${rules}`
}

/** Secrets Manager rotates the keys on the schedule of the settings, and the last rotation is not late. */
export const rotation = check({
  name: 'rotation',
  fine: 'keys rotate automatically, and the last rotation was in time',
  needs: ['secrets'],
  *inspect({ secrets }, expectation) {
    const { settings, names, now } = expectation
    const { rotationDays } = settings
    const secret = secrets[edgeStackRegion]
    if (secret === undefined) return
    if (!secret.rotates) return yield fail('the rotation of the keys is off', scheduleRotation(expectation))
    const expected = `rate(${rotationDays} days)`
    const age = secret.changedAt === undefined ? 0 : ageInDays(secret.changedAt, now)
    const is = `the rotation schedule is ${secret.schedule ?? 'not set'}, expected: ${expected}`
    if (secret.schedule !== expected) yield fail(is, scheduleRotation(expectation))
    if (age > rotationDays + lateDays)
      yield fail(`the last rotation was ${age} days ago, expected: every ${rotationDays} days`, rotateOrRead(names))
  },
})

/** The signing key is not older than the settings allow. */
export const keyAge = check({
  name: 'key-age',
  fine: 'the signing key is not too old',
  needs: ['currentKeyId', 'publicKeys'],
  inspect({ currentKeyId, publicKeys }, { settings: { rotationDays }, names, now }) {
    const key = publicKeys.find(({ id }) => id === currentKeyId)
    if (key === undefined) {
      return [fail(`can't be checked: CloudFront has no public key ${currentKeyId}`, repairKeys(names))]
    }
    const age = ageInDays(key.createdAt, now)
    if (age <= rotationDays + lateDays) return []
    return [fail(`the signing key is ${age} days old, expected: at most ${rotationDays} days`, rotateOrRead(names))]
  },
})

/** Days by which a rotation may be late. The alarm on the key's age waits as long. */
const lateDays = 7

const dayMs = 24 * 3600_000

/** Returns the whole days between two times. */
function ageInDays(since: EpochMs, now: EpochMs): number {
  return Math.floor((now - since) / dayMs)
}

/** Returns the commands that make a key usable again; without the key, what creates it. */
function enableKey(id: string, region: string, state: string | undefined): string {
  if (state === undefined) return revertDrift
  const command = (verb: string) => `aws kms ${verb} --region ${region} --key-id ${id}`
  const enable = command('enable-key')
  return state.startsWith('Pending') ? `${command('cancel-key-deletion')} && ${enable}` : enable
}

/** Returns the command that gives a replica the key of the deployment in its Region. */
function encryptTable(table: string, region: Region, deployment: string): string {
  const key = `Enabled=true,SSEType=KMS,KMSMasterKeyId=alias/${deployment}`
  return `aws dynamodb update-table --region ${region} --table-name ${table} --sse-specification ${key}`
}

/** Tables, secret and files are encrypted with customer managed keys that work. */
export const encryption = check({
  name: 'encryption',
  fine: 'tables, secret and files are encrypted with customer managed keys',
  needs: ['dataKeys'],
  appliesTo: settings => settings.encryption === 'customer',
  inspect: ({ dataKeys }, { settings }) =>
    dataKeys.flatMap(({ of, region, key }) => {
      if (key?.isCustomers !== true) {
        const found = `${of} is not encrypted with a customer managed key`
        const [, table] = /^table (\S+)/.exec(of) ?? []
        return [table === undefined ? fail(found) : fail(found, encryptTable(table, region, settings.name))]
      }
      if (key.state === 'Enabled') return []
      return [fail(`the key of ${of} is ${key.state}: nothing can read it`, enableKey(key.id, region, key.state))]
    }),
})
