import { check, fail, warn } from '../check.ts'

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
