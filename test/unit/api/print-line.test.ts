import { expect, test, vi } from 'vitest'
import { printLine } from '../../../api/adapters/process.ts'

vi.mock(import('node:fs'), async original => ({
  ...(await original()),
  writeSync: () => {
    throw new Error('EAGAIN')
  },
}))

test('a line that can not be written costs no response: the exchange has used its link by then', () => {
  expect(() => printLine('{}')).not.toThrow()
})
