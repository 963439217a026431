import type { PhysicalNames } from '../../infra/placement/physical-names.ts'

/** The beginning of the names of tables that `once restore` made, each of a backup of the links table. */
export function restoredPrefix({ linksTable }: PhysicalNames): string {
  return `${linksTable}-restored-`
}

/** Whether a name that begins like this is that of such a table: it ends with a time. */
export function isRestored(table: string): boolean {
  return /-restored-\d{8}T\d{6}Z$/.test(table)
}
