import { expect, test } from 'vitest'
import { UsageError } from '../../../cli/command.ts'
import { findNamed } from '../../../cli/find-named.ts'
import type { Ports } from '../../../cli/ports/ports.ts'

const url = 'https://abcdefghij.execute-api.us-east-1.amazonaws.com/v1'
const ports = { aws: { account: async () => '111122223333' } } as unknown as Ports

async function bucketOf(address: object, file?: object | string, variable?: string) {
  const text = typeof file === 'object' ? JSON.stringify(file) : file
  const { bucket } = await findNamed({ variable, file: async () => text }).find(address, ports)
  return bucket?.()
}

const owner = '111122223333'
test.each([
  ['an API alone has none', [{ api: url }], undefined],
  ['it is in the Region of the API', [{ api: url, bucket: 'b-1' }], { name: 'b-1', region: 'us-east-1', owner }],
  [
    'or in that of --region',
    [{ api: url, bucket: 'b-1', region: 'eu-west-1' }],
    { name: 'b-1', region: 'eu-west-1', owner },
  ],
  ['once.json names it', [{}, { api: url, bucket: 'b-1' }], { name: 'b-1', region: 'us-east-1', owner }],
  ['but not for another API', [{ api: url }, { api: url, bucket: 'b-1' }], undefined],
  ['and not for that of ONCE_API', [{}, { api: url, bucket: 'b-1' }, url], undefined],
] as const)('a bucket for files: %s', async (_, [address, file, variable], expected) => {
  expect(await bucketOf(address, file, variable)).toEqual(expected)
})

test.each([
  [{}, undefined, '--api: got nothing, allowed: the URL of an API, also as ONCE_API or in once.json'],
  [{ api: 'files.example.com' }, undefined, '--api: got "files.example.com", allowed: https://HOST/PATH'],
  [{ api: 'https://links.example.com' }, undefined, '--region: got nothing, and the URL of the API names no Region'],
  [{ environment: ['staging'] }, { api: url }, 'got "staging", allowed: no operand'],
  [{}, 'api: x', 'once.json: (whole): got "api: x", allowed: an object'],
  [{}, { api: 'http://example.com' }, 'once.json: api: got "http://example.com", allowed: https://HOST/PATH'],
  [{}, { api: url, bucket: 3 }, 'once.json: bucket: got 3, allowed: the name of a bucket'],
  [{}, { api: url, region: 'mars' }, 'once.json: region: got "mars", allowed: us-east-1'],
  [{}, { api: url, name: 'once' }, 'once.json: name: got a field that is not known'],
])('%j with once.json %j is refused: %s', async (address, file, message) => {
  const outcome = bucketOf(address, file)
  await expect(outcome).rejects.toThrow(message)
  await expect(outcome).rejects.toBeInstanceOf(UsageError)
})
