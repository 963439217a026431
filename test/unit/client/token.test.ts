import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createClient } from '../../../client/client.ts'
import { rejection } from '../../support/client/rejection.ts'
import { hangsUp, problem, responds, scriptedApi } from '../../support/client/scripted-api.ts'

const token = 'eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl'
const shown = { id: 'A'.repeat(22), state: 'live', key: 'a', homeRegion: 'us-east-1', issuedAt: 'x', expiresAt: 'y' }

test('each attempt has the token that its program then has', async () => {
  const { origin, requests } = await scriptedApi(hangsUp, problem(503, 'unavailable'), responds(200, shown))
  const tokens = ['one', 'two', 'three']
  const wait = async () => undefined
  const client = createClient({ origin, wait, token: async () => tokens.shift() ?? '' })
  await client.show(shown.id)
  expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer one', 'Bearer two', 'Bearer three'])
})

test('without one, no request has the header', async () => {
  const { origin, requests } = await scriptedApi(responds(200, shown))
  await createClient({ origin }).show(shown.id)
  expect(requests[0]?.authorization).toBeUndefined()
})

test('a refused token is not sent again, and is in no error, also if the response repeats it', async () => {
  const detail = `The token ${token} has ended.`
  const refusal = { type: 'about:blank', title: 'No', status: 401, reason: 'invalid-token', detail }
  const { origin, requests } = await scriptedApi(responds(401, refusal))
  const error = await rejection(createClient({ origin, token: () => token }).show(shown.id))
  expect(error).toMatchObject({ status: 401, reason: 'invalid-token', detail: 'The token … has ended.', attempts: 1 })
  expect(inspect(error, { depth: 9 })).not.toContain(token)
  expect(requests).toHaveLength(1)
})

test('a token that is none is refused before a request, without showing it', async () => {
  const { origin, requests } = await scriptedApi(responds(200, shown))
  for (const wrong of [`Bearer ${token}`, `${token}\n`, '']) {
    const error = await rejection(createClient({ origin, token: () => wrong }).show(shown.id))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).not.toContain('eyJ')
  }
  expect(requests).toEqual([])
})

test('if the program has no token, the call fails with its error', async () => {
  const { origin, requests } = await scriptedApi(responds(200, shown))
  const client = createClient({ origin, token: () => Promise.reject(new Error('logged out')) })
  expect(await rejection(client.show(shown.id))).toMatchObject({ message: 'logged out' })
  expect(requests).toEqual([])
})
