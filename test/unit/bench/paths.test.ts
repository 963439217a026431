import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { getSignedUrl } from '@aws-sdk/cloudfront-signer'
import { describe, expect, test } from 'vitest'
import { customPolicy, signedUrl } from '../../../bench/baseline/policy.ts'
import { exchangeEvent, formEvent, programEvent } from '../../../bench/core/paths/events.ts'
import { kmsKeyId, kmsSecretName, localKms, signAsKms } from '../../../bench/store/kms.ts'
import { paths } from '../../../bench/core/paths/path.ts'
import { parseViewerRequest } from '../../../edge/viewer-request.ts'
import { parseKeys } from '../../../shared/keys.ts'
import { testSecret } from '../../support/keys.ts'

const steps = paths.flatMap(path => path.steps)

describe('the baseline that signs with KMS', () => {
  const grant = { url: 'https://files.example.com/a.pdf', endsAt: 1_795_521_630, address: '203.0.113.7' }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const official = getSignedUrl({
    url: grant.url,
    keyPairId: 'K1',
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    dateLessThan: new Date(grant.endsAt * 1000),
    ipAddress: grant.address,
    algorithm: 'SHA256',
  })

  test('makes the URL of the official signer, but for the signature', () => {
    const policy = customPolicy(grant)
    const url = signedUrl(grant.url, policy, { signature: Buffer.from('??>'), keyPairId: 'K1' })
    const [ours, theirs] = [new URL(url), new URL(official)]
    expect(ours.searchParams.get('Signature')).toBe('Pz8-')
    for (const each of [ours, theirs]) each.searchParams.delete('Signature')
    expect(ours.origin + ours.pathname).toBe(theirs.origin + theirs.pathname)
    expect(Object.fromEntries(ours.searchParams)).toEqual(Object.fromEntries(theirs.searchParams))
  })
})

describe('the local KMS', () => {
  test('has the key that its secret names, and the MAC keys of the other secret', () => {
    const { secrets } = localKms(testSecret)
    const { signing, mac } = parseKeys(secrets[kmsSecretName] ?? '')
    expect(signing).toMatchObject({ kind: 'kms', kmsKeyId })
    expect([...mac.bySlot.keys()]).toEqual([...parseKeys(testSecret).mac.bySlot.keys()])
    expect(secrets['keys']).toBe(testSecret)
  })

  test('signs the message', async () => {
    const key = createPrivateKey(localKms(testSecret).kmsPem)
    const request = { KeyId: kmsKeyId, Message: btoa('policy'), SigningAlgorithm: 'ECDSA_SHA_256' }
    const { Signature } = (await signAsKms(request, key)) as { Signature: string }
    expect(verify('sha256', Buffer.from('policy'), createPublicKey(key), Buffer.from(Signature, 'base64'))).toBe(true)
  })
})

describe('the event', () => {
  test('of a form is that of a person, with token and cookie of its page', () => {
    const headers = { 'set-cookie': [{ value: '__Host-once=AAAAAAAAAAAAAAAAAAAAAA; Path=/' }] }
    const page = { headers, body: '<form method="post" action="?confirm=abc.BBBBBBBBBBBBBBBBBBBBBB"><button>' }
    expect(parseViewerRequest(formEvent('NONCE', page))).toMatchObject({
      method: 'POST',
      nonce: 'NONCE',
      formToken: 'abc.BBBBBBBBBBBBBBBBBBBBBB',
      formSender: 'person',
      client: { kind: 'cookie', id: 'AAAAAAAAAAAAAAAAAAAAAA' },
      accept: 'html',
    })
  })

  test('of a program names its request', () => {
    const id = 'download-1'
    expect(parseViewerRequest(programEvent('NONCE', id))).toMatchObject({
      method: 'GET',
      nonce: 'NONCE',
      client: { kind: 'idempotency-key', id },
      accept: 'any',
    })
  })

  test('of an exchange has the nonce in its body', () => {
    expect(exchangeEvent('NONCE')).toMatchObject({ httpMethod: 'POST', path: '/exchange', body: '{"nonce":"NONCE"}' })
  })
})

test.each(steps)('$name: an empty response is noticed', ({ isComplete }) => {
  expect(isComplete({}, {})).toBe(false)
})

test('a repeat with another capability is noticed', () => {
  const response = (policy: string) => ({ headers: { location: [{ value: `/a.pdf?Policy=${policy}&Signature=s` }] } })
  const repeat = steps.find(({ name }) => name.startsWith('repeat'))
  expect(repeat?.isComplete(response('p'), response('p'))).toBe(true)
  expect(repeat?.isComplete(response('q'), response('p'))).toBe(false)
})
