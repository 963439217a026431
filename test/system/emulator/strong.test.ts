import { expect, test } from 'vitest'
import { startDynalite, startSharedDynalite } from '../../../emulator/dynamodb/tables.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

const starts = { home: (data: string) => startDynalite(['us-east-1'], data), strong: startSharedDynalite } as const

test.each([
  ['home', 'strong'],
  ['strong', 'home'],
] as const)('a folder of tables that mode %s made is not opened in mode %s, but in its own', async (made, other) => {
  const data = temporaryFolder()
  await (await starts[made](data)).close()
  await expect(starts[other](data)).rejects.toThrow(`were made in mode "${made}"; use that mode or another folder`)
  await (await starts[made](data)).close()
})
