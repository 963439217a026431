import { expect, onTestFinished, test } from 'vitest'
import { startRuntimeApi } from '../../../bench/runtime-api.ts'

/** Acts as a runtime for one invocation: gets the event, and posts `body` to `path`. */
async function runNext(address: string, path: string, body: object) {
  const invocation = `http://${address}/2018-06-01/runtime/invocation`
  const next = await fetch(`${invocation}/next`)
  const event = await next.json()
  const id = next.headers.get('lambda-runtime-aws-request-id')
  await (await fetch(`${invocation}/${id}/${path}`, { method: 'POST', body: JSON.stringify(body) })).text()
  return event
}

test('a runtime gets the event and returns its response, whether runtime or event comes first', async () => {
  const api = await startRuntimeApi()
  onTestFinished(() => api.close())
  const early = runNext(api.address, 'response', { status: '302' })
  expect(await api.invoke({ first: 1 })).toEqual({ status: '302' })
  expect(await early).toEqual({ first: 1 })
  const invoked = api.invoke({ second: 2 })
  expect(await runNext(api.address, 'response', { status: '403' })).toEqual({ second: 2 })
  expect(await invoked).toEqual({ status: '403' })
})

test('if a function fails, its invocation fails', async () => {
  const api = await startRuntimeApi()
  onTestFinished(() => api.close())
  const invoked = expect(api.invoke({})).rejects.toThrow('the runtime reported {"errorType":"Oops"}')
  await runNext(api.address, 'error', { errorType: 'Oops' })
  await invoked
})
