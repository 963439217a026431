import { expect, onTestFinished, test } from 'vitest'
import { startRuntimeApi } from '../../../bench/runtime-api.ts'

/** A runtime that answers one invocation, at `path`. */
async function answerNext(address: string, path: string, answer: object) {
  const invocation = `http://${address}/2018-06-01/runtime/invocation`
  const next = await fetch(`${invocation}/next`)
  const event = await next.json()
  const id = next.headers.get('lambda-runtime-aws-request-id')
  await (await fetch(`${invocation}/${id}/${path}`, { method: 'POST', body: JSON.stringify(answer) })).text()
  return event
}

test('a runtime gets the event, whether it or the event comes first, and its answer comes back', async () => {
  const api = await startRuntimeApi()
  onTestFinished(() => api.close())
  const early = answerNext(api.address, 'response', { status: '302' })
  expect(await api.invoke({ first: 1 })).toEqual({ status: '302' })
  expect(await early).toEqual({ first: 1 })
  const invoked = api.invoke({ second: 2 })
  expect(await answerNext(api.address, 'response', { status: '403' })).toEqual({ second: 2 })
  expect(await invoked).toEqual({ status: '403' })
})

test('a function that fails makes the invocation fail', async () => {
  const api = await startRuntimeApi()
  onTestFinished(() => api.close())
  const invoked = expect(api.invoke({})).rejects.toThrow('the runtime reported {"errorType":"Oops"}')
  await answerNext(api.address, 'error', { errorType: 'Oops' })
  await invoked
})
