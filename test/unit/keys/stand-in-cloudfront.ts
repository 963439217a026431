/** A public key as CloudFront stores it. */
export interface KeptKey {
  readonly name: string
  readonly pem: string
  readonly etag: string
  readonly createdAt: string
}

/** A key group as CloudFront stores it. */
export interface KeptGroup {
  readonly name: string
  readonly items: readonly string[]
  readonly etag: string
  readonly modifiedAt: string
}

/** An HTTP response. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** An HTTP request. */
export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly ifMatch: string | undefined
  readonly body: string
}

/** Items on a page of a list: few, so that there are several pages. */
const pageSize = 2
/** Most public keys in a key group (AWS, "CloudFront quotas"). */
const maxKeysInGroup = 5

/**
 * Creates the part of CloudFront's control plane that keys need, as in its API reference (2020-05-31): names are
 * unique, a change needs the ETag of the state that it changes, and what is in use can't be deleted.
 */
export function standInCloudFront(now: () => number) {
  const keys = new Map<string, KeptKey>()
  /** References of requests. A request is not executed twice, not even after its key was deleted. */
  const references = new Set<string>()
  const groups = new Map<string, KeptGroup>()
  /** The distributions that trust a group, by id. */
  const distributions = new Map<string, { groupId: string; status: 'Deployed' | 'InProgress' }>()
  let count = 0
  const next = (prefix: string) => `${prefix}${(count += 1)}`
  const date = () => new Date(now()).toISOString()
  const usersOf = (groupId: string) => [...distributions].filter(([, each]) => each.groupId === groupId)

  function publicKeys({ method, path, query, ifMatch, body }: ReceivedRequest): Reply {
    const [, , , id = '', part] = path.split('/')
    const key = keys.get(id)
    if (method === 'POST') {
      const [name, pem] = [text(body, 'Name'), text(body, 'EncodedKey')]
      const reference = text(body, 'CallerReference')
      if ([...keys.values()].some(each => each.name === name) || references.has(reference)) {
        return refuse(409, 'PublicKeyAlreadyExists')
      }
      references.add(reference)
      const [newId, kept] = [next('K'), { name, pem, etag: next('E'), createdAt: date() }]
      keys.set(newId, kept)
      return { status: 201, headers: { etag: kept.etag }, body: keyXml(newId, kept) }
    }
    if (id === '') return { status: 200, body: page('PublicKeyList', query, [...keys].map(summaryXml)) }
    if (key === undefined) return refuse(404, 'NoSuchPublicKey')
    if (method === 'GET' && part === 'config') {
      return { status: 200, headers: { etag: key.etag }, body: configXml(key) }
    }
    if (method !== 'DELETE') return refuse(400, 'InvalidArgument')
    if (ifMatch !== key.etag) return refuse(412, 'PreconditionFailed')
    if ([...groups.values()].some(({ items }) => items.includes(id))) return refuse(409, 'PublicKeyInUse')
    keys.delete(id)
    return { status: 204 }
  }

  function keyGroups({ method, path, query, ifMatch, body }: ReceivedRequest): Reply {
    const [, , , id = ''] = path.split('/')
    const group = groups.get(id)
    if (method === 'POST') {
      const name = text(body, 'Name')
      if ([...groups.values()].some(each => each.name === name)) return refuse(409, 'KeyGroupAlreadyExists')
      return keepGroup(next('g'), name, body)
    }
    if (id === '') return { status: 200, body: page('KeyGroupList', query, [...groups].map(groupSummaryXml)) }
    if (group === undefined) return refuse(404, 'NoSuchResource')
    if (method === 'GET') return { status: 200, headers: { etag: group.etag }, body: groupXml(id, group) }
    if (ifMatch !== group.etag) return refuse(412, 'PreconditionFailed')
    if (method === 'PUT') return keepGroup(id, text(body, 'Name'), body)
    if (usersOf(id).length > 0) return refuse(409, 'ResourceInUse')
    groups.delete(id)
    return { status: 204 }
  }

  function keepGroup(id: string, name: string, body: string): Reply {
    const items = [...body.matchAll(/<PublicKey>([^<]*)<\/PublicKey>/g)].map(([, item = '']) => item)
    if (items.length > maxKeysInGroup) return refuse(400, 'TooManyPublicKeysInKeyGroup')
    if (items.length === 0 || !items.every(item => keys.has(item))) return refuse(400, 'InvalidArgument')
    const group = { name, items, etag: next('E'), modifiedAt: date() }
    groups.set(id, group)
    return { status: 200, headers: { etag: group.etag }, body: groupXml(id, group) }
  }

  function respond(request: ReceivedRequest): Reply {
    const [, , collection, id = ''] = request.path.split('/')
    if (collection === 'public-key') return publicKeys(request)
    if (collection === 'key-group') return keyGroups(request)
    if (collection === 'distributionsByKeyGroupId') {
      const ids = usersOf(id).map(([each]) => `<DistributionId>${each}</DistributionId>`)
      return { status: 200, body: page('DistributionIdList', request.query, ids) }
    }
    const distribution = collection === 'distribution' ? distributions.get(id) : undefined
    if (distribution === undefined) return refuse(404, 'NoSuchDistribution')
    const body = `<Distribution><Id>${id}</Id><Status>${distribution.status}</Status></Distribution>`
    return { status: 200, body }
  }

  return { respond, keys, groups, distributions }
}

function refuse(status: number, code: string): Reply {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${code} for a test</Message></Error>`
  return { status, body: `<ErrorResponse>${error}<RequestId>r-1</RequestId></ErrorResponse>` }
}

function page(name: string, query: URLSearchParams, all: readonly string[]): string {
  const start = Number(query.get('Marker') ?? 0)
  const items = all.slice(start, start + pageSize)
  const isMore = start + pageSize < all.length
  const marker = isMore ? `<NextMarker>${start + pageSize}</NextMarker>` : ''
  const count = `<MaxItems>${pageSize}</MaxItems><IsTruncated>${isMore}</IsTruncated><Quantity>${items.length}</Quantity>`
  return `<${name}><Marker></Marker>${marker}${count}<Items>${items.join('')}</Items></${name}>`
}

function configXml({ name, pem }: KeptKey): string {
  const fields = `<CallerReference>${name}</CallerReference><Name>${name}</Name><EncodedKey>${pem}</EncodedKey>`
  return `<PublicKeyConfig>${fields}</PublicKeyConfig>`
}

function keyXml(id: string, key: KeptKey): string {
  return `<PublicKey><Id>${id}</Id><CreatedTime>${key.createdAt}</CreatedTime>${configXml(key)}</PublicKey>`
}

function summaryXml([id, { name, pem, createdAt }]: [string, KeptKey]): string {
  const fields = `<Id>${id}</Id><Name>${name}</Name><CreatedTime>${createdAt}</CreatedTime><EncodedKey>${pem}</EncodedKey>`
  return `<PublicKeySummary>${fields}</PublicKeySummary>`
}

function groupXml(id: string, { name, items, modifiedAt }: KeptGroup): string {
  const list = items.map(item => `<PublicKey>${item}</PublicKey>`).join('')
  const config = `<KeyGroupConfig><Name>${name}</Name><Items>${list}</Items></KeyGroupConfig>`
  return `<KeyGroup><Id>${id}</Id><LastModifiedTime>${modifiedAt}</LastModifiedTime>${config}</KeyGroup>`
}

function groupSummaryXml([id, group]: [string, KeptGroup]): string {
  return `<KeyGroupSummary>${groupXml(id, group)}</KeyGroupSummary>`
}

/** Returns the text of one element of a request. */
function text(xml: string, tag: string): string {
  const found = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1] ?? ''
  return found.replaceAll(/&#x([0-9A-Fa-f]+);/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
}
