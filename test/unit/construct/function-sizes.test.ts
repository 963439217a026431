import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeFunctions } from '../../../infra/code/build.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

test('the sizes of all bundles are those of infra/code/function-sizes.json, which `npm run construct` writes', async () => {
  const file = join(import.meta.dirname, '../../../infra/code/function-sizes.json')
  const committed = JSON.parse(readFileSync(file, 'utf8')) as object
  expect(await writeFunctions(temporaryFolder())).toEqual(committed)
})
