import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contentCache } from '../../../emulator/cloudfront/cache-policy.ts'
import { parseOptions } from '../../../emulator/options.ts'
import { temporaryFolder } from '../../support/folder.ts'

describe('the command line', () => {
  test('needs no option', () => {
    const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1']
    expect(parseOptions([])).toMatchObject({ port: 8080, regions, mode: 'home' })
  })

  test('accepts a port, a bucket, Regions and a folder for data', () => {
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
      mode: 'home',
      cache: contentCache(0),
      ipv6: false,
      login: false,
      data: '/tmp/x',
    })
  })

  test('accepts a plan, and with those without policies of our own no cache', () => {
    expect(parseOptions(['--plan', 'pro', '--mode', 'strong'])).toMatchObject({ plan: 'pro', mode: 'strong' })
    expect(parseOptions(['--plan', 'business', '--cache-seconds', '60'])).toMatchObject({ cache: contentCache(60) })
  })

  test('reads a brand from a file, and says which field is wrong', () => {
    const file = join(temporaryFolder(), 'brand.json')
    const read = (text: string) => {
      writeFileSync(file, text)
      return parseOptions(['--brand', file])
    }
    const brand = { name: 'Clinic', colour: '#0a5f8c', text: { en: 'Ask us', de: 'Fragen Sie uns' } }
    expect(read(JSON.stringify(brand))).toMatchObject({ brand })
    expect(parseOptions([])).toMatchObject({ brand: undefined })
    const invalid = { name: '', colour: 'red', text: { en: 'a', xx: 'b' }, logo: 'x.png' }
    expect(() => read(JSON.stringify(invalid))).toThrow(
      new RegExp(
        `^${file}: name: got "", allowed: .*; colour: got "red", allowed: .*; text.*; logo: got "x.png", allowed: a PNG`,
      ),
    )
    for (const [text, got] of [
      ['{', 'which is not JSON'],
      ['[]', 'which is something else'],
    ] as const) {
      expect(() => read(text)).toThrow(`--brand: got "${file}", ${got}, allowed: a file with a JSON object`)
    }
    expect(() => parseOptions(['--brand', '/no/such'])).toThrow('--brand: got "/no/such", which cannot be read')
  })

  test('is private on request, to the user whose home folder it is', () => {
    expect(parseOptions([])).toMatchObject({ privateTo: undefined })
    expect(parseOptions(['--private'])).toMatchObject({ privateTo: homedir() })
  })

  test('senders log in on request, with the port after that of S3', () => {
    expect(parseOptions([])).toMatchObject({ login: false })
    expect(parseOptions(['--login'])).toMatchObject({ login: true })
    expect(() => parseOptions(['--login', '--port', '65531'])).toThrow('allowed: 0 to 65530')
  })

  test.each([
    [['--login', '--private'], '--login: got it with --private, allowed: without'],
    [['--login', '--access', 'access.json'], '--login: got it with --access, allowed: without'],
    [['--port', 'x'], '--port: got "x", allowed: 0 to 65531'],
    [['--plan', 'premium'], '--plan: got "premium", allowed: free, pro, business'],
    [['--plan', 'free', '--cache-seconds', '1'], '--cache-seconds: got "1", allowed with the plan free: 0'],
    [['--bucket', '/no/such'], '--bucket: got "/no/such", allowed: a folder that exists'],
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
