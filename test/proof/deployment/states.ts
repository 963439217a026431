import type { Account, Thing } from '../../support/cli/control-plane/account.ts'

/** Ids that AWS chooses, and the number of the edge function's version. */
const chosen =
  /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{12}|\b[0-9a-f]{12}-key|(?<![A-Za-z0-9])(K|KG|E|de)[0-9a-fA-F]{12}|(?<=once-edge-)[0-9a-f]{8}|(?<=once-edge-[0-9a-f]{8}):\d+|(?<=-)[0-9a-f]{12}\b/g

/**
 * Returns what an account holds of a deployment, without what AWS chooses: if two accounts have the same state, a command that is
 * right for one is right for the other.
 */
export function stateOf(account: Account): string {
  const things = account.things
    // A version of a function stays when its creation is undone, and does no harm.
    .filter(each => !isBootstrap(each) && each.type !== 'AWS::Lambda::Version')
    .map(({ type, region, id, properties, owner }) => {
      const kept = Object.entries(properties)
        .filter(([name]) => !momentary.has(name) && !(id.includes('-content-') && contents.has(name)))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
      return JSON.stringify({ type, region, id, owner, properties: Object.fromEntries(kept) })
    })
  const stacks = account.stacks
    .filter(({ name, status }) => name !== 'CDKToolkit' && status !== 'DELETE_COMPLETE')
    .map(({ name, status, terminationProtection, resources, tags }) => {
      const simple = status.replace('UPDATE_ROLLBACK', 'UPDATE').replace('CREATE', 'UPDATE')
      const owned = resources.map(({ logicalId, id }) => `${logicalId} ${id}`).toSorted()
      return JSON.stringify({ name, simple, terminationProtection, owned, tags })
    })
  return neutral([...things, ...stacks], account)
}

/** Properties that say when or how often, and keys, which are random. */
const momentary = new Set(['createdAt', 'replicaAddedAt', 'value', 'name', 'id', 'keyIds'])

/** What a bucket of files has that is no part of the deployment. */
const contents = new Set(['files', 'versions'])

const isBootstrap = ({ owner = '' }: Thing) => owner.includes(':stack/CDKToolkit/')

/** Replaces each id that AWS chose by one word. */
function neutral(lines: readonly string[], { things }: Account): string {
  // API ids are 10 hexadecimal characters, like parts of other words.
  const apis = things.filter(({ type }) => type === 'AWS::ApiGateway::RestApi').map(({ id }) => id)
  return lines
    .map(line => apis.reduce((text, id) => text.replaceAll(id, 'API'), line).replaceAll(chosen, 'ID'))
    .toSorted()
    .join('\n')
}

/** Returns what is left of a deployment; what belongs to the account, or only waits for its deletion, is not. */
export function leftOf(account: Account): readonly string[] {
  const things = account.things
    .filter(each => !isBootstrap(each) && !staysForGood(each))
    .map(({ type, region, id }) => `${type} ${region} ${id}`)
  const stacks = account.stacks
    .filter(({ name, status }) => name !== 'CDKToolkit' && status !== 'DELETE_COMPLETE')
    .map(({ name, status }) => `stack ${name} ${status}`)
  return [...things, ...stacks]
}

/** A key that waits for its deletion, and what API Gateway has once for an account and Region. */
function staysForGood({ type, properties }: Thing): boolean {
  // A function goes with its versions, or they stay together.
  if (type === 'AWS::Lambda::Version') return true
  if (type === 'AWS::KMS::Key' || type === 'AWS::KMS::ReplicaKey') return properties['state'] === 'PendingDeletion'
  return (
    type === 'AWS::ApiGateway::Account' ||
    (type === 'AWS::IAM::Role' && JSON.stringify(properties).includes('apigateway.amazonaws.com'))
  )
}
