import type { PhysicalNames } from '../../infra/physical-names.ts'

/** The beginning of the names of tables that `once restore` made, each of a backup of the links table. */
export function restoredPrefix({ linksTable }: PhysicalNames): string {
  return `${linksTable}-restored-`
}
