/** A version of the secret as Secrets Manager stores it. */
export interface KeptVersion {
  text: string | undefined
  readonly createdAt: number
  readonly stages: Set<string>
}

/** A response in JSON, or an error by its name. */
export type JsonReply = { readonly ok: object } | { readonly error: string }

interface Input {
  readonly SecretId: string
  readonly VersionId?: string
  readonly VersionStage?: string
  readonly ClientRequestToken?: string
  readonly SecretString?: string
  readonly VersionStages?: readonly string[]
  readonly RemoveFromVersionId?: string
  readonly MoveToVersionId?: string
}

/**
 * Creates the part of Secrets Manager that keys need, as in its API reference, with one secret. Copies in other Regions
 * change at once, except in `laggards`: those Regions have the AWSCURRENT and AWSPREVIOUS that are set there.
 */
export function standInSecretsManager(name: string, now: () => number) {
  const versions = new Map<string, KeptVersion>()
  const laggards = new Map<string, readonly [current: string, previous?: string]>()
  const holder = (stage: string) => [...versions].find(([, { stages }]) => stages.has(stage))?.[0]

  function attach(stage: string, to: string): void {
    const from = holder(stage)
    if (from !== undefined) versions.get(from)?.stages.delete(stage)
    versions.get(to)?.stages.add(stage)
    if (stage !== 'AWSCURRENT') return
    // The same call removes AWSPENDING (AWS, "Lambda rotation functions").
    versions.get(to)?.stages.delete('AWSPENDING')
    if (from !== undefined && from !== to) attach('AWSPREVIOUS', from)
  }

  /** Creates a version, as CloudFormation does, or a rotation at its start. */
  function make(id: string, text: string | undefined, stage: string): void {
    versions.set(id, { text, createdAt: now(), stages: new Set(versions.get(id)?.stages) })
    attach(stage, id)
  }

  const operations: Readonly<Record<string, (input: Input, region: string) => JsonReply>> = {
    DescribeSecret(_, region) {
      const [current, previous] = laggards.get(region) ?? []
      const stages = Object.fromEntries([...versions].map(([id, each]) => [id, [...each.stages]]))
      return { ok: { Name: name, VersionIdsToStages: current ? laggingStages(current, previous) : stages } }
    },
    GetSecretValue({ VersionId, VersionStage = 'AWSCURRENT' }) {
      const id = VersionId ?? holder(VersionStage)
      const version = versions.get(id ?? '')
      if (version?.text === undefined) return { error: 'ResourceNotFoundException' }
      return { ok: { Name: name, VersionId: id, SecretString: version.text, CreatedDate: version.createdAt / 1000 } }
    },
    PutSecretValue({ ClientRequestToken: id = '', SecretString = '', VersionStages = ['AWSCURRENT'] }) {
      const existing = versions.get(id)?.text
      if (existing !== undefined && existing !== SecretString) return { error: 'ResourceExistsException' }
      if (existing === undefined) for (const stage of VersionStages) make(id, SecretString, stage)
      return { ok: { Name: name, VersionId: id } }
    },
    UpdateSecretVersionStage({ VersionStage = '', RemoveFromVersionId: from, MoveToVersionId: to }) {
      if (holder(VersionStage) !== from) return { error: 'InvalidParameterException' }
      if (to === undefined) versions.get(from ?? '')?.stages.delete(VersionStage)
      else if (!versions.has(to)) return { error: 'ResourceNotFoundException' }
      else attach(VersionStage, to)
      return { ok: { Name: name } }
    },
  }

  function laggingStages(current: string, previous?: string) {
    return { [current]: ['AWSCURRENT'], ...(previous && { [previous]: ['AWSPREVIOUS'] }) }
  }

  return {
    versions,
    laggards,
    make,
    holder,
    respond(operation: string, input: object, region: string): JsonReply {
      if ((input as Input).SecretId !== name) return { error: 'ResourceNotFoundException' }
      return operations[operation]?.(input as Input, region) ?? { error: 'InvalidRequestException' }
    },
  }
}
