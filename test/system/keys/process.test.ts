import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('a log line is JSON and nothing else, or CloudWatch would find no metrics in it', () => {
  const adapter = new URL('../../../shared/aws/process.ts', import.meta.url).href
  const script = `import { logLine } from ${JSON.stringify(adapter)}; logLine({ SecretAgeDays: 1.5 })`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(output).toBe('{"SecretAgeDays":1.5}\n')
})
