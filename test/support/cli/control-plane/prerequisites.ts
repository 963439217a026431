import { AwsError, type Properties, thing } from './account.ts'
import type { Call, Protocol } from './protocol.ts'
import { xml, xmlError } from './xml.ts'

/** Route 53: a zone is a thing of type `zone`, with `Name` and `PrivateZone`. */
export const route53: Protocol = {
  type: 'text/xml',
  respond({ account, url, operation }) {
    const [, id] = /^\/2013-04-01\/hostedzone\/(\w+)$/.exec(url.pathname) ?? []
    if (id === undefined) throw new AwsError('NotImplemented', operation, 501)
    const found = thing(account, 'zone', { id })
    if (found === undefined) throw new AwsError('NoSuchHostedZone', `there is no ${id}`, 404)
    const { Name, PrivateZone = false } = found.properties
    return xml({
      GetHostedZoneResponse: {
        HostedZone: { Id: `/hostedzone/${id}`, Name, CallerReference: 'r', Config: { PrivateZone } },
      },
    })
  },
  errorBody: xmlError,
}

/** Lambda's quota of the account, in a thing of type `account settings` if it is not that of most accounts. */
export function accountSettings({ account, region }: Call): object {
  const calls = thing(account, 'account settings', { region, id: 'lambda' })?.properties['ConcurrentExecutions'] ?? 1000
  return { AccountLimit: { ConcurrentExecutions: calls }, AccountUsage: {} }
}

interface StoredLink {
  readonly homeRegion: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly state?: string
}

/** Scans the links in a table's property `items` as a deployment does; without a filter, all. */
export function scanLinks(table: Properties, { ExpressionAttributeValues, ProjectionExpression }: Properties): object {
  const links = (table['items'] ?? []) as readonly StoredLink[]
  const values = ExpressionAttributeValues as { ':home'?: { S: string }; ':now': { N: string } } | undefined
  const found = links.filter(
    ({ homeRegion, expiresAt, state = 'live' }) =>
      values === undefined ||
      ((values[':home'] === undefined || homeRegion === values[':home'].S) &&
        expiresAt > Number(values[':now'].N) &&
        state === 'live'),
  )
  const items = found.map(({ issuedAt, expiresAt }) => ({
    issuedAt: { N: String(issuedAt) },
    expiresAt: { N: String(expiresAt) },
  }))
  const Items = ProjectionExpression === undefined ? [] : items
  return { Count: found.length, ScannedCount: links.length, Items }
}
