import { describe, expect, test } from 'vitest'
import { contentCache } from '../../../emulator/cloudfront/cache-policy.ts'
import { parseOptions } from '../../../emulator/options.ts'

describe('the command line', () => {
  test('needs no option', () => {
    const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1']
    const off = {
      login: false,
      scan: undefined,
      ipv6: false,
      privateTo: undefined,
      data: undefined,
      cache: contentCache(0),
    }
    expect(parseOptions([])).toMatchObject({ port: 8080, regions, mode: 'home', ...off })
  })

  test('--scan scans as the emulator does without other options', () => {
    expect(parseOptions(['--scan'])).toMatchObject({ scan: {} })
  })

  test('--page-origin may come several times', () => {
    const origins = ['http://127.0.0.1:3000', 'http://127.0.0.1:3001']
    expect(parseOptions(origins.map(origin => `--page-origin=${origin}`))).toMatchObject({ pageOrigins: origins })
  })

  test.each([
    [
      ['--page-origin', 'http://localhost:3000'],
      '--page-origin: got "http://localhost:3000", allowed: http://127.0.0.1:PORT',
    ],
    [['--login', '--private'], '--login: got it with --private, allowed: without'],
    [['--login', '--access', 'access.json'], '--login: got it with --access, allowed: without'],
    [['--login', '--port', '65531'], 'allowed: 0 to 65530'],
    [['--port', 'x'], '--port: got "x", allowed: 0 to 65531'],
    [['--bucket', '/no/such'], '--bucket: got "/no/such", allowed: a folder that exists'],
    [['--brand', '/no/such'], '--brand: got "/no/such", which cannot be read'],
    [['--brand', import.meta.filename], 'which is not JSON, allowed: a file with a JSON object'],
    [['--region', 'mars-1'], '--region: got "mars-1", allowed: us-east-1'],
    [['--region', 'us-east-1', '--region', 'us-east-1'], '--region: got the same Region twice'],
    [['--cache-seconds', '61'], '--cache-seconds: got "61", allowed: 0 to 60'],
    [['--mode', 'nearest'], '--mode: got "nearest", allowed: home, strong'],
    [['--mode', 'strong', '--region', 'us-east-1'], '--region: got 1 of them, allowed: exactly three in mode strong'],
    [
      ['--mode', 'strong', '--region', 'us-east-1', '--region', 'eu-west-1', '--region', 'sa-east-1'],
      '--region: got "sa-east-1", allowed in mode strong: us-east-1',
    ],
    [['--prot', '1'], "Unknown option '--prot'"],
  ])('%j is refused with an error that names the option', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
  })
})
