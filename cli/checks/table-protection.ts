import { check, fail, type Problem, warn } from '../deployment/doctor/check.ts'
import type { Table } from '../ports/aws-resources.ts'
import type { ByRegion } from '../deployment/doctor/facts.ts'

/** No table can be deleted by mistake, and each can be put back as it was at any second of 35 days. */
export const tableProtection = check({
  name: 'table-protection',
  fine: 'deletion protection and point-in-time recovery are on',
  needs: ['links', 'answers'],
  look({ links, answers }, { settings: { protect }, names }) {
    const all = [...tablesOf(links, names.linksTable), ...tablesOf(answers, names.answersTable)]
    return all.flatMap(({ name, table }) => [
      ...(table.recoverable ? [] : [fail(`${name} has no point-in-time recovery`)]),
      ...(table.deletionProtected ? [] : [unprotected(name, protect)]),
    ])
  },
})

function tablesOf(tables: ByRegion<Table>, tableName: string) {
  return Object.entries(tables).flatMap(([region, table]) =>
    table === undefined ? [] : [{ name: `${tableName} in ${region}`, table }],
  )
}

function unprotected(name: string, protect: boolean): Problem {
  if (protect) return fail(`${name} has no deletion protection`)
  return warn(`${name} has no deletion protection, as the settings say`, 'for anything but a trial, set protect: true')
}
