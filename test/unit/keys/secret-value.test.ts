import { describe, expect, test } from 'vitest'
import { readKeys, readValue, writeValue } from '../../../jobs/keys/secret-value.ts'
import { parseKeys } from '../../../shared/secrets/keys.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { testSecret } from '../../support/keys/keys.ts'

const secret = readKeys(testSecret, 'test')

describe('a version of the secret', () => {
  test('is what edges and apis read, with a field that only the rotation reads', () => {
    const since = 1_795_521_600 as EpochSeconds
    const text = writeValue({ ...secret, mac: { ...secret.mac, since } })
    expect(readValue(text)).toEqual({ ...secret, mac: { ...secret.mac, since } })
    expect(parseKeys(text).mac.current).toBe(secret.mac.current)
  })

  test.each([
    'K;8!a generated placeholder',
    '"text"',
    '17',
    'null',
    '[]',
    '{}',
    JSON.stringify({ password: 'generated', username: 'x' }),
    '',
  ])('may be a placeholder of CloudFormation: %s', text => {
    expect(readValue(text)).toBe('placeholder')
  })

  test('with keys that can not be parsed is not a placeholder', () => {
    for (const damaged of [
      { mac: secret.mac },
      { signing: secret.signing },
      { signing: secret.signing, mac: { ...secret.mac, current: 9 } },
      { signing: { keyPairId: 'K1', privateKey: 'VERYSECRET' }, mac: secret.mac },
    ]) {
      expect(() => readValue(JSON.stringify(damaged))).toThrow()
    }
  })

  test('that lacks the required keys is an error that names the version', () => {
    for (const text of [undefined, 'generated']) {
      expect(() => readKeys(text, 'AWSCURRENT')).toThrow('the AWSCURRENT version of the secret has no keys')
    }
  })

  test('is never written in a form that edges could not read', () => {
    const mac = { current: 3, slots: { 3: 'short' } }
    expect(() => writeValue({ ...secret, mac })).toThrow('mac.slots: got')
  })
})
