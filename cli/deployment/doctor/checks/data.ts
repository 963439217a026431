import { referenceIndex, ttlAttribute } from '../../../../shared/link-item.ts'
import type { Table } from '../../../ports/aws-resources.ts'
import { check, fail, type Problem, warn } from '../check.ts'
import type { ByRegion } from '../facts.ts'

/** The table has a replica in every home Region and in no other, and the witness that was chosen. */
export const tableRegions = check({
  name: 'table-regions',
  fine: 'the table of links is in exactly the home Regions',
  needs: ['links'],
  look({ links }, { settings, names }) {
    const { homeRegions, witnessRegion } = settings
    const witnesses = witnessRegion === undefined ? [] : [witnessRegion]
    return homeRegions.flatMap(region => {
      const table = links[region]
      if (table === undefined) return [fail(`${names.linksTable} is not in ${region}: its links answer 503`)]
      const differ = differences(table.replicas, homeRegions)
      return [
        ...(table.status === 'ACTIVE' ? [] : [warn(`the replica in ${region} is ${table.status}`, 'look again later')]),
        ...(differ === '' ? [] : [fail(`seen from ${region} the table ${differ}`)]),
        ...(differences(table.witnesses, witnesses) === ''
          ? []
          : [
              fail(
                `seen from ${region} the witness is ${table.witnesses.join(', ') || 'nowhere'}, not ${witnessRegion ?? 'nowhere'}`,
              ),
            ]),
      ]
    })
  },
})

/** In words, how one list of Regions differs from another; empty when it doesn't. */
function differences(found: readonly string[], expected: readonly string[]): string {
  const lacks = expected.filter(region => !found.includes(region))
  const extra = found.filter(region => !expected.includes(region))
  return [
    ...(lacks.length > 0 ? [`lacks ${lacks.join(', ')}`] : []),
    ...(extra.length > 0 ? [`is also in ${extra.join(', ')}`] : []),
  ].join(' and ')
}

/** The table is as consistent as the mode needs it: else one link could open twice. */
export const tableConsistency = check({
  name: 'table-consistency',
  fine: 'the table is as consistent as its mode needs',
  needs: ['links'],
  look({ links }, { settings: { mode, homeRegions } }) {
    return homeRegions.flatMap(region => {
      const table = links[region]
      if (table === undefined || table.strong === (mode === 'strong')) return []
      const [is, expected] = table.strong ? ['strong', 'eventual'] : ['eventual', 'strong']
      const danger = mode === 'strong' ? ': two viewers could open one link' : ''
      return [
        fail(
          `the replica in ${region} is of ${is} consistency, in mode ${mode} it must be ${expected}${danger}`,
          'a table keeps its consistency for ever: set the mode it was made with, or deploy under another name',
        ),
      ]
    })
  },
})

/** Every replica has the index by which links are listed by reference, and all of it. */
export const tableIndex = check({
  name: 'table-index',
  fine: 'links can be listed by reference in every home Region',
  needs: ['links'],
  look: ({ links }, { names }) =>
    Object.entries(links)
      .filter(([, table]) => table !== undefined && !table.indexes.includes(referenceIndex.name))
      .map(([region]) =>
        fail(
          `${names.linksTable} in ${region} has no index ${referenceIndex.name}, or not yet: lists by reference answer 503`,
        ),
      ),
})

/** No table can be deleted by mistake, and each can be put back as it was at any second of 35 days. */
export const tableProtection = check({
  name: 'table-protection',
  fine: 'deletion protection and point-in-time recovery are on',
  needs: ['links', 'answers'],
  look({ links, answers }, { settings: { deletionProtection }, names }) {
    const all = [...tablesOf(links, names.linksTable), ...tablesOf(answers, names.apiStateTable)]
    return all.flatMap(({ name, table }) => [
      ...(table.recoverable ? [] : [fail(`${name} has no point-in-time recovery`)]),
      ...(table.deletionProtected ? [] : [unprotected(name, deletionProtection)]),
    ])
  },
})

function tablesOf(tables: ByRegion<Table>, tableName: string) {
  return Object.entries(tables).flatMap(([region, table]) =>
    table === undefined ? [] : [{ name: `${tableName} in ${region}`, table }],
  )
}

function unprotected(name: string, deletionProtection: boolean): Problem {
  if (deletionProtection) return fail(`${name} has no deletion protection`)
  return warn(
    `${name} has no deletion protection, as the settings say`,
    'for anything but a trial, set deletionProtection: true',
  )
}

/** Every replica refuses to be written by anybody but the functions of links. */
export const tableWriters = check({
  name: 'table-writers',
  fine: 'only the functions of links may write the table',
  needs: ['links'],
  look({ links }, { settings: { homeRegions }, names }) {
    return homeRegions.flatMap(region => {
      const table = links[region]
      if (table === undefined || denies(table.policy, `:role/${names.edgeRole}`)) return []
      return [fail(`the replica in ${region} does not refuse other writers: its resource policy is not ours`)]
    })
  },
})

/** Whether a policy has a statement that denies, but for a list of roles with this one in it. */
function denies(policy: string | undefined, role: string): boolean {
  const { Statement = [] } = JSON.parse(policy ?? '{}') as { Statement?: readonly { readonly Effect: string }[] }
  return Statement.some(statement => {
    const text = JSON.stringify(statement)
    return statement.Effect === 'Deny' && text.includes('ArnNotEquals') && text.includes(`${role}"`)
  })
}

/** What is over is removed: by TTL in mode `home`, by the sweeper in mode `strong`, whose tables have none. */
export const expiry = check({
  name: 'expiry',
  fine: 'links that are over are removed',
  needs: ['links', 'sweeps'],
  look({ links, sweeps }, { settings: { mode, homeRegions } }) {
    if (mode === 'strong') {
      return sweeps.length > 0 ? [] : [fail('nothing calls the sweeper: links that are over stay for ever')]
    }
    return homeRegions.flatMap(region => {
      const table = links[region]
      if (table === undefined || table.ttlAttribute === ttlAttribute) return []
      const is = table.ttlAttribute === undefined ? 'off' : `by ${table.ttlAttribute}`
      return [fail(`TTL in ${region} is ${is}, expected: by ${ttlAttribute}`)]
    })
  },
})

/** The files are in a bucket that is not public, keeps old versions, and is read by our distribution. */
export const contentBucket = check({
  name: 'content-bucket',
  fine: 'the bucket is private, versioned, and read by our distribution alone',
  needs: ['content', 'distribution'],
  look({ content, distribution }, { settings: { homeRegions }, names }) {
    const name = names.contentBucket(homeRegions[0])
    if (content === undefined) return [fail(`there is no bucket ${name}`)]
    const named = [...(content.policy ?? '').matchAll(/:distribution\/([\w*?]+)/g)].map(([, id]) => id)
    const others = named.filter(id => id !== distribution?.id)
    return [
      ...(content.blocksPublicAccess ? [] : [fail(`${name} does not block public access`)]),
      ...(content.versioned ? [] : [fail(`${name} keeps no old versions`)]),
      ...(distribution === undefined || named.includes(distribution.id)
        ? []
        : [fail(`${name} is not open to distribution ${distribution.id}: files answer 403`)]),
      ...(others.length === 0 ? [] : [fail(`${name} is also open to distribution ${others.join(', ')}`)]),
    ]
  },
})
