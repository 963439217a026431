import { check, fail } from '../deployment/doctor/check.ts'

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
