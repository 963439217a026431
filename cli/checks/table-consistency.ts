import { check, fail } from '../deployment/doctor/check.ts'

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
