import { referenceIndex } from '../../shared/link-item.ts'
import { check, fail } from '../deployment/doctor/check.ts'

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
