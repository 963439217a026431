import { expect, test } from 'vitest'
import { UsageError } from '../../../cli/command.ts'
import { findNamed } from '../../../cli/find-named.ts'
import type { CliPorts } from '../../../cli/ports/ports.ts'

const url = 'https://abcdefghij.execute-api.us-east-1.amazonaws.com/v1'
const find = async (address: object, file?: object | string, hasToken = false) => {
  const text = typeof file === 'object' ? JSON.stringify(file) : file
  const ports = { apis: { hasToken } } as unknown as CliPorts
  return findNamed({ variable: undefined, file: async () => text }).find(address, ports)
}

test('an API on a domain of its own needs a Region for signatures, and with the token of a login none', async () => {
  const own = 'https://links.example.com'
  expect(await find({}, { api: own, region: 'eu-west-1' })).toMatchObject({ origin: own, region: 'eu-west-1' })
  expect(await find({ api: own }, undefined, true)).toMatchObject({ origin: own, region: undefined })
})

test('the token of a login goes to no API that only the file of a folder names', async () => {
  const refused = find({}, { api: url, region: 'us-east-1' }, true)
  await expect(refused).rejects.toThrow(`once.json: got "${url}", which would get the token in ONCE_TOKEN, allowed:`)
  await expect(refused).rejects.toBeInstanceOf(UsageError)
  expect(await find({ api: url }, { api: 'https://evil.example' }, true)).toMatchObject({ origin: url })
})

test.each([
  [{}, undefined, '--api: got nothing, allowed: the URL of an API, also as ONCE_API or in once.json'],
  [{ api: 'files.example.com' }, undefined, '--api: got "files.example.com", allowed: https://HOST/PATH'],
  [{ api: 'https://links.example.com' }, undefined, '--region: got nothing, and the URL of the API names no Region'],
  [{ environment: ['staging'] }, { api: url }, 'got "staging", allowed: no operand'],
  [{}, 'api: x', 'once.json: (whole): got "api: x", allowed: an object'],
  [{}, { api: 'http://example.com' }, 'once.json: api: got "http://example.com", allowed: https://HOST/PATH'],
  [{}, { api: url, region: 'mars' }, 'once.json: region: got "mars", allowed: us-east-1'],
  [{}, { api: url, name: 'once' }, 'once.json: name: got a field that is not known'],
])('%j with once.json %j is refused: %s', async (address, file, message) => {
  const outcome = find(address, file)
  await expect(outcome).rejects.toThrow(message)
  await expect(outcome).rejects.toBeInstanceOf(UsageError)
})
