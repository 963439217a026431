import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missing, runIn } from '../../support/clients/programs.ts'
import { type ClientSite, clientSite, type Followed } from '../../support/clients/site.ts'
import { compileKotlin, missingKotlin } from '../../support/documented-programs/kotlin.ts'
import { outputOf } from '../../support/documented-programs/programs.ts'

const bytes = 3_000_000
const cutAfter = 1_000_000
/** The download breaks off, and then goes on from another address. */
const move = { link: '127.0.0.1', file: '127.0.0.1', later: '127.0.1.1', cutAfter }

let site: ClientSite

beforeAll(async () => {
  site = await clientSite()
})

afterAll(() => site?.close())

/** A command of docs/links.md, how the machine gets at the emulator's certificate, and the file that it makes. */
interface Command {
  readonly name: string
  readonly missing: string | undefined
  readonly bind: 'client' | 'client-only'
  readonly command: (link: string, secret: string) => readonly string[]
}

const file = 'disk.img'
/** One attempt, so that the command ends when its connection breaks off. */
const wget = ['wget', '-q', '-t1', '--no-hsts', '-c']
const once = (secret: string) => `Once-Client: ${secret}`

const commands: readonly Command[] = [
  {
    name: 'curl -C - with Once-Client',
    missing: missing.curl,
    bind: 'client-only',
    command: (link, secret) => ['curl', '-fsL', '-C', '-', '-H', once(secret), '-o', file, link],
  },
  {
    name: 'curl -C - with its jar',
    missing: missing.curl,
    bind: 'client',
    command: link => ['curl', '-fsL', '-C', '-', '-b', 'jar', '-c', 'jar', '-o', file, link],
  },
  {
    name: 'wget -c with Once-Client',
    missing: missing.wget,
    bind: 'client-only',
    command: (link, secret) => [...wget, `--header=${once(secret)}`, '-O', file, link],
  },
  {
    name: 'wget -c with its jar',
    missing: missing.wget,
    bind: 'client',
    command: link => [...wget, '--load-cookies', 'jar', '--save-cookies', 'jar', '-O', file, link],
  },
]

/** Adds the option by which a program trusts the emulator. */
const trusting = ([program = '', ...options]: readonly string[]) => [
  program,
  ...(program === 'curl' ? ['--cacert', site.certificate] : [`--ca-certificate=${site.certificate}`]),
  ...options,
]

const statusesOf = ({ exchanges }: Followed) => exchanges.map(({ status }) => status)

describe('a download that broke off goes on from another address, when the same command asks the link again:', () => {
  test.for(commands)('$name', async ({ missing: reason, bind, command }, context) => {
    context.skip(reason !== undefined)
    const link = await site.issue({ bind }, move, { bytes })
    const folder = site.folder()
    const line = trusting(command(link.url, randomBytes(32).toString('base64url')))
    expect(await runIn(folder, line)).not.toBe(0)
    expect(statSync(join(folder, file)).size).toBe(cutAfter)
    expect(await runIn(folder, line)).toBe(0)
    expect(readFileSync(join(folder, file)).equals(link.content)).toBe(true)
    expect(statusesOf(link)).toEqual([302, 200, 302, 206])
  })

  test('with exact it does not: the link refuses any other request, and the part stays', async context => {
    context.skip(missing.curl !== undefined)
    const link = await site.issue({ bind: 'exact' }, move, { bytes })
    const folder = site.folder()
    const line = trusting(['curl', '-fsL', '-C', '-', '-o', file, link.url])
    expect(await runIn(folder, line)).not.toBe(0)
    expect(await runIn(folder, line)).not.toBe(0)
    expect(statSync(join(folder, file)).size).toBe(cutAfter)
    expect(link.refusals()).toEqual(['spent'])
  })
})

test.skipIf(missing.wget)('wget goes on by itself, at the URL of the file, from another address', async () => {
  const link = await site.issue({ bind: 'client' }, move, { bytes })
  const folder = site.folder()
  expect(await runIn(folder, trusting(['wget', '-q', '--no-hsts', '-O', file, link.url]))).toBe(0)
  expect(readFileSync(join(folder, file)).equals(link.content)).toBe(true)
  expect(statusesOf(link)).toEqual([302, 200, 206])
})

describe.skipIf(missingKotlin)('the app in Kotlin of docs/mobile.md', () => {
  let app: readonly string[]

  beforeAll(() => {
    app = compileKotlin(site.folder(), site.certificate)
  }, 120_000)

  test('confirms a link, and goes on from another address, at the URL of the file', async () => {
    const link = await site.issue({ bind: 'client-only', confirm: true }, move, { bytes })
    const folder = site.folder()
    // The third time, the file is whole.
    await outputOf(folder, [...app, link.url, link.url, link.url])
    expect(readFileSync(join(folder, file)).equals(link.content)).toBe(true)
    expect(statusesOf(link)).toEqual([200, 200, 206, 206])
  })

  test('goes on from another address in a new process, which asks the link again', async () => {
    const link = await site.issue({ bind: 'client-only' }, move, { bytes })
    const folder = site.folder()
    await expect(outputOf(folder, [...app, link.url])).rejects.toThrow('unexpected end of stream')
    expect(statSync(join(folder, file)).size).toBe(cutAfter)
    await outputOf(folder, [...app, link.url])
    expect(readFileSync(join(folder, file)).equals(link.content)).toBe(true)
    expect(statusesOf(link)).toEqual([200, 200, 200, 206])
  })

  test('asks the link again where the URL of the file is refused, and learns why', async () => {
    const link = await site.issue({ bind: 'exact' }, move, { bytes })
    await expect(outputOf(site.folder(), [...app, link.url, link.url])).rejects.toThrow('"reason":"spent"')
    expect(statusesOf(link)).toEqual([200, 200, 403, 403])
  })
})
