import { describe, expect, test } from 'vitest'
import { parseOptions } from '../../emulator/options.ts'

describe('the command line', () => {
  test('needs nothing', () => {
    expect(parseOptions([])).toMatchObject({ port: 8080, regions: ['us-east-1', 'eu-west-1', 'ap-northeast-1'] })
  })

  test('takes a port, a folder, Regions and a place for data', () => {
    const args = [
      '--port',
      '0',
      '--bucket',
      import.meta.dirname,
      '--region',
      'sa-east-1',
      '--region',
      'eu-west-2',
      '--data',
      '/tmp/x',
    ]
    expect(parseOptions(args)).toEqual({
      port: 0,
      bucket: import.meta.dirname,
      regions: ['sa-east-1', 'eu-west-2'],
      data: '/tmp/x',
    })
  })

  test.each([
    [['--port', 'x'], '--port: got "x", allowed: 0 to 65532'],
    [['--port', '65533'], '--port: got "65533", allowed: 0 to 65532'],
    [['--bucket', '/no/such'], '--bucket: got "/no/such", allowed: a folder that exists'],
    [['--bucket', import.meta.filename], 'allowed: a folder that exists'],
    [['--region', 'mars-1'], '--region: got "mars-1", allowed: us-east-1'],
    [['--region', 'us-east-1', '--region', 'us-east-1'], '--region: got the same Region twice'],
    [['--prot', '1'], "Unknown option '--prot'"],
  ])('%j is refused by name', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
  })
})
