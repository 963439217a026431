import { expect, test, vi } from 'vitest'
import { prerequisites } from '../../../cli/adapters/aws/prerequisites.ts'
import { validationKey } from '../../../shared/scan.ts'
import { serveHere } from '../../support/machine/serve.ts'

// A deployment that is undone would otherwise keep a bucket that has no file.
test.each([
  ['nothing', [], false],
  ['what GuardDuty tries its role with', [validationKey], false],
  ['that and a file', ['a.pdf', validationKey], true],
])('a bucket with %s', async (_, keys, hasFiles) => {
  const versions = keys.map(key => `<Version><Key>${key}</Key></Version>`).join('')
  const { origin } = await serveHere((_request, response) => {
    response.end(`<ListVersionsResult>${versions}</ListVersionsResult>`)
  })
  vi.stubEnv('AWS_ENDPOINT_URL', origin)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  expect(await prerequisites().hasFiles('once-content', 'us-east-1')).toBe(hasFiles)
})
