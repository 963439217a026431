import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { dynamodbIn } from '../../../api/adapters/dynamodb.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { adaptersIn } from '../../support/table/store.ts'
import { onBothStores } from '../../support/table/on-stores.ts'
import { Leaks } from './issuers/leaks.ts'
import { memoryTable, type Subject, worldOf } from './issuers/world.ts'

const repository = join(import.meta.dirname, '../../..')

/** Requests to one table: a list reads all of its links, so more would be slow. */
const requestsPerWorld = 200

async function subjectIn(root: string): Promise<Subject> {
  const load = (file: string) => import(pathToFileURL(join(root, file)).href) as Promise<object>
  const handlers = { ...(await load('api/links/handler.ts')), ...(await load('api/exchange/handler.ts')) }
  return { ...(handlers as Omit<Subject, 'adapters'>), adapters: await adaptersIn(root) }
}

/** Sends at least `count` requests to worlds of their own; returns the first leak. */
async function findLeak(subject: Subject, count: number, tally = new Map<string, number>()) {
  for (let [cases, seed] = [0, 20261126]; cases < count; seed += 1) {
    const leaks = new Leaks(worldOf(subject, memoryTable()), seed)
    const leak = await leaks.find(requestsPerWorld)
    if (leak !== undefined) return `${leak} (seed ${seed})`
    for (const [kind, times] of leaks.tally) tally.set(kind, (tally.get(kind) ?? 0) + times)
    cases += leaks.cases
  }
  return undefined
}

test('in 100,000 requests of issuers and others, no caller sees, changes or guesses a link that is not its own', async () => {
  const tally = new Map<string, number>()
  expect(await findLeak(await subjectIn(repository), 100_000, tally)).toBeUndefined()
  const rows = [...tally].toSorted(([a], [b]) => a.localeCompare(b)).map(([kind, times]) => `${times}\t${kind}`)
  const own = [...tally].filter(([kind]) => kind.startsWith('own: ')).reduce((sum, [, times]) => sum + times, 0)
  expect(own, 'requests of two callers of a group with own').toBeGreaterThan(10_000)
  console.log(`responses to 100,000 requests:\n${rows.join('\n')}`)
})

onBothStores(['us-east-1'], tables => {
  test('nor in requests to this store', { timeout: 60_000 }, async () => {
    const { config } = tables()
    await createTables(['issuers-links'], ['us-east-1'], config)
    const leaks = new Leaks(
      worldOf(await subjectIn(repository), dynamodbIn(['us-east-1'], config), 'issuers-links'),
      20261126,
    )
    expect(await leaks.find(800)).toBeUndefined()
  })
})

const access = (find: string, replace = ''): Patch => ({ file: 'api/access.ts', find, replace })
const exchange = (find: string, replace = ''): Patch => ({ file: 'api/exchange/exchange.ts', find, replace })
const scope = (find: string, replace = ''): Patch => ({ file: 'api/link-scope.ts', find, replace })
const noScopeOfExchange = exchange('...(sent.scope && { scope: sent.scope }),')
const list = (find: string, replace = ''): Patch => ({ file: 'api/links/list.ts', find, replace })
const cursor = (find: string, replace = ''): Patch => ({ file: 'api/links/cursor.ts', find, replace })
const links = (find: string, replace: string): Patch => ({ file: 'api/adapters/dynamodb-links.ts', find, replace })
const oneLink = (find: string, replace: string): Patch => ({ file: 'api/links/one-link.ts', find, replace })
const replacing = (find: string, replace: string): Patch => ({ file: 'api/links/replace.ts', find, replace })
/** Lets a function of one link, which goes on with `next`, ignore the caller's scope. */
const ignoreScope = (next: string) =>
  oneLink(
    `link === undefined || (scope !== undefined && !isInScope(link, scope))) return refuse('no-such-link')\n  ${next}`,
    `link === undefined) return refuse('no-such-link')\n  ${next}`,
  )
const revokes = [ignoreScope('const revoked'), oneLink('region, scope)', 'region, undefined)')]

/** Ways to leak, each by what the API does, and a part of the sentence that says so. */
const broken: readonly (readonly [name: string, leak: string, patches: readonly Patch[]])[] = [
  ['lets unknown principals in', 'issue', [access('= entryOf(principal)', '= entryOf(principal) ?? everyone')]],
  ['lets each issuer do everything', '', [access('access.verbs.includes(verb)) return', 'true) return')]],
  ['gives admins every verb', '', [access(' && verbsOfAdmin.includes(verb)')]],
  ['takes all for admins', '', [access("return verbs.includes('admin')", 'return true || verbs.length > 0')]],
  ['issues links for every key', '201', [access('startsWithOneOf(key, access.prefixes)) return', 'true) return')]],
  [
    'matches keys without the slash',
    '',
    [scope('key.startsWith(prefix)', "key.startsWith(prefix.replace(/\\/$/, ''))")],
  ],
  ['ignores the case of keys', '', [scope('key.startsWith(prefix)', 'key.toLowerCase().startsWith(prefix)')]],
  ['shows links of others', 'show: differs', [ignoreScope('const view')]],
  ['revokes links of others', 'revoke: differs', revokes],
  [
    'replaces links of others',
    'replace: differs',
    [
      replacing('link === undefined || (scope !== undefined && !isInScope(link, scope))', 'link === undefined'),
      replacing('replacedIn: recordId, scope }', 'replacedIn: recordId }'),
    ],
  ],
  [
    'replaces links without the right to revoke',
    'replace: ',
    [{ file: 'api/routes.ts', find: ' ?? (otherVerb && refuseVerb(otherVerb, access))', replace: '' }],
  ],
  ['exchanges links of others', 'exchange: differs', [noScopeOfExchange]],
  ['exchanges links of other issuers for its keys', 'exchange: differs', [scope("['#issuer = :issuer']", '[]')]],
  ['exchanges links of other callers', 'exchange: differs', [scope('[`#caller IN', 'true ? [] : [`#caller IN')]],
  ['shows links of other callers', 'of the desk (now)', [scope('!scope.callers.includes(caller)', 'false')]],
  [
    'takes all callers of an issuer for one',
    'of the desk (now)',
    [{ file: 'api/principal.ts', find: '[label, identity]', replace: '[label]' }],
  ],
  [
    'forgets whose a link is when the MAC key rotates',
    '404',
    [access('callerHashes(identity, mac)', 'callerHashes(identity, mac).slice(0, 1)')],
  ],
  [
    'ends a list where the MAC key rotated',
    'are missing',
    [links('if (page.next !== undefined || links.length >= limit) return', 'return')],
  ],
  [
    'exchanges links of other keys of its issuer',
    'exchange: differs',
    [scope('const anyKey = ', 'const anyKey = true || ')],
  ],
  [
    'tells a link of others from none at the exchange',
    'exchange: differs',
    [exchange("if (outcome.isOutOfScope) return refuse('no-such-link')")],
  ],
  [
    'tells a forged nonce from a link of others',
    'exchange: differs',
    [exchange("if (id === undefined) return refuse('no-such-link')", 'if (id === undefined) return refusal')],
  ],
  [
    'says why a link of others is refused',
    'exchange: differs',
    [exchange('copies.every(copy => scope.excludes(copy))', '!copies.every(() => true)')],
  ],
  ['lists links of others', 'lists a link', [list('if (scope !== undefined && !isInScope(link, scope)) return false')]],
  [
    'says in a cursor where the list goes on',
    'a cursor names',
    [
      cursor('cipher.update(plain), cipher.final()', '(cipher.update(plain), cipher.final(), plain)'),
      cursor('decipher.update(rest.subarray(0, positionBytes))', 'rest.subarray(0, positionBytes)'),
      cursor('    decipher.final()\n'),
    ],
  ],
  [
    'shows whose a link is',
    'issuer',
    [oneLink('issuer !== undefined && seesAllIssuers(access) &&', 'issuer !== undefined &&')],
  ],
  [
    'lets callers share Idempotency-Keys',
    'had issued',
    [{ file: 'api/idempotency.ts', find: 'hash([identity, idempotencyKey])', replace: 'hash([idempotencyKey])' }],
  ],
  [
    'repeats a link of an issuer that the caller no longer is',
    'is sales now',
    [{ file: 'api/idempotency.ts', find: '...(id === undefined ? [] : [id])', replace: '' }],
  ],
  [
    'finds a role by its name alone',
    '',
    [
      access(
        'byPrincipal.get(`${account} ${named.kind} ${named.name}`)',
        'byPrincipal.get(`111122223333 ${named.kind} ${named.name}`)',
      ),
    ],
  ],
  [
    'takes the session for the role',
    '',
    [{ file: 'api/principal.ts', find: "name: segments[0] ?? ''", replace: "name: segments.at(-1) ?? ''" }],
  ],
  [
    'takes a user for a role',
    '',
    [
      {
        file: 'api/principal.ts',
        find: "({ kind, name: segments.at(-1) ?? '' } as const)",
        replace: "({ kind: 'role', name: segments.at(-1) ?? '' } as const)",
      },
    ],
  ],
  [
    'prefers the account to the role',
    '',
    [access('own ?? byPrincipal.get(account)', 'byPrincipal.get(account) ?? own')],
  ],
  [
    'prefers the group to the subject',
    '',
    [
      access('issuers.find(issuer => issuer.subject === subject) ??', 'undefined ??'),
      access(
        'group !== undefined && groups.includes(group)',
        "group !== undefined && groups.includes(group) || subject === 'alice'",
      ),
    ],
  ],
]

describe('the requests notice an API that', () => {
  test.each(broken)('%s', async (name, leak, patches) => {
    const root = await brokenCopy(`issuers ${name}`, patches, ['api', 'shared'])
    onTestFinished(() => removeCopy(root))
    const found = await findLeak(await subjectIn(root), 40_000)
    expect(found).toBeDefined()
    expect(found).toContain(leak)
  })
})
