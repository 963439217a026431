import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { signCapability } from '../../../edge/redeem/capability.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { missingPython } from '../../support/machine/python.ts'
import { allRight, askPython, unnoticed } from './ask-python.ts'
import { ecPair, rsaPair, signedLines } from './signed-lines.ts'

/** Redemptions for each kind of key; `PROOF=all` makes 10,000. */
const count = process.env['PROOF'] === 'all' ? 10_000 : 2000

/** For machines that do much else. */
const timeout = 300_000

describe.skipIf(missingPython !== undefined)('botocore and cryptography, as authorities on capabilities', () => {
  test(
    'verify those of thousands of redemptions, each signed with another P-256 key, and make the same policies',
    { timeout },
    async () => {
      const seed = randomInt(2 ** 31)
      const lines = await signedLines({ count, seed }, ecPair, signCapability)
      expect(await askPython('capabilities.py', lines), `seed ${seed}`).toEqual(allRight(lines))
    },
  )

  test(
    'make the same signed URLs and cookies with RSA, byte for byte, for thousands of redemptions',
    { timeout },
    async () => {
      const seed = randomInt(2 ** 31)
      const pairs = Array.from({ length: 2 }, rsaPair)
      const lines = await signedLines({ count, seed }, index => pairs[index % pairs.length]!, signCapability)
      expect(await askPython('capabilities.py', lines), `seed ${seed}`).toEqual(allRight(lines))
    },
  )

  const capability = (find: string, replace: string): Patch => ({ file: 'edge/redeem/capability.ts', find, replace })
  const objectKey = (find: string, replace: string): Patch => ({ file: 'shared/object-key.ts', find, replace })
  const broken: readonly (readonly [string, Patch])[] = [
    ['signs with SHA-1', capability("sign('sha256',", "sign('sha1',")],
    ['writes plain base64', capability("replaceAll('+', '-')", "replaceAll('', '')")],
    ['writes base64url', capability("replaceAll('/', '~')", "replaceAll('/', '_')")],
    ['names no algorithm', capability('&Hash-Algorithm=SHA256`', '`')],
    ['puts white space into the policy', capability('Condition }] })', 'Condition }] }, null, 1)')],
    ['ends a second later', capability("'AWS:EpochTime': expiresAt", "'AWS:EpochTime': expiresAt + 1")],
    ['forgets the network', capability('network === undefined ? {}', 'network !== null ? {}')],
    ['opens what is beside a folder', capability('`${resource}*`', '`${resource.slice(0, -1)}*`')],
    [
      'encodes a percent sign twice',
      objectKey("split('/').map(percentEncode)", "split('/').map(percentEncode).map(encodeURI)"),
    ],
    ['leaves a percent sign as it is', objectKey('const unreserved = /^[\\w', 'const unreserved = /^[%\\w')],
    ['leaves a plus sign as it is', objectKey('const unreserved = /^[\\w', 'const unreserved = /^[+\\w')],
    ['forgets the version', objectKey('versionId === undefined ? []', 'versionId !== null ? []')],
    ['saves under another name', objectKey("''${percentEncode(filename)}", "''${percentEncode(ascii)}")],
    [
      'binds to a longer hash',
      { file: 'shared/cloudfront/binding.ts', find: 'clientHashLength = 22', replace: 'clientHashLength = 23' },
    ],
  ]
  test(`notice each of ${broken.length} broken edges`, { timeout }, async () => {
    const pair = ecPair()
    const lines = new Map<string, readonly object[]>()
    for (const [fault, patch] of broken) {
      const root = await brokenCopy('capability', [patch], ['edge', 'shared'])
      onTestFinished(() => removeCopy(root))
      const edge = (await import(join(root, 'edge/redeem/capability.ts'))) as { signCapability: typeof signCapability }
      lines.set(fault, await signedLines({ count: 200, seed: 1 }, () => pair, edge.signCapability))
    }
    expect(await unnoticed('capabilities.py', lines)).toEqual([])
  })
})
