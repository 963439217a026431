import fs from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { printLine } from '../../../shared/aws/process.ts'

test('a line that can not be written costs no response: the exchange has used its link by then', () => {
  const write = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
    throw new Error('EAGAIN')
  })
  onTestFinished(() => write.mockRestore())
  expect(() => printLine('{}')).not.toThrow()
  expect(write).toHaveBeenCalledOnce()
})
