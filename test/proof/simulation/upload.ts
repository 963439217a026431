import { createHash } from 'node:crypto'
import type { APIGatewayProxyResult } from 'aws-lambda'
import type { ApiHandler } from '../../../api/proxy-handler.ts'
import type { ReceivedUploads } from '../../../api/uploads/received-ports.ts'
import { sha256Of, sum } from '../../../api/uploads/send-upload.ts'
import type { Region } from '../../../shared/regions.ts'
import { proxyEvent } from '../../support/api/api.ts'
import { partOf } from '../../support/api/uploads.ts'
import { testKeyring } from '../../support/keys/keys.ts'
import { noon } from '../../support/table/links.ts'
import { dynamodbOver, mayDie, portOver } from './network.ts'
import { simulatedRegions } from './scenario.ts'
import type { World } from './world.ts'

/** The largest file that a link takes, in bytes. */
export const maxFileBytes = 1000

/** What the API says of an upload. */
interface Answer {
  readonly upload?: { readonly id: string; readonly bytes: number }
  readonly parts?: readonly { readonly url: string }[]
}

/** Sends a request of a tab. */
type Call = (line: string, body?: object) => Promise<Answer>

/** Sends files with a token, in one tab or in several at once; not all call the API of one Region. */
export async function sendFile(world: World, token: string): Promise<void> {
  const { choices, network } = world
  const tabs = Array.from({ length: 1 + choices.choose(3) }, async (_, index) => {
    const region = choices.pick([simulatedRegions[0], simulatedRegions[0], network.regions.at(-1) as Region])
    const send: Call = (line, body) => call(world, { token, region }, { line, body })
    for (let round = 0; round <= choices.choose(3); round += 1) await sendOnce(world, send, `${index} ${round}`)
  })
  await Promise.all(tabs)
}

/** Begins an upload, or goes on with the one that is open; sends its part, and completes it. At times it is ended meanwhile, or before. */
async function sendOnce({ choices, time, bucket }: World, send: Call, content: string): Promise<void> {
  await time.pause(choices.pick([0, 1, 300, 2000]))
  const bytes = choices.pick([10, maxFileBytes, maxFileBytes + 1])
  const { upload } = await (choices.rarely(3) ? send('GET') : send('POST', { filename: 'a.pdf', bytes }))
  if (upload === undefined) return
  const { parts: [part] = [] } = await send(`POST /${upload.id}/parts`, { parts: [partOf(1, upload.bytes, content)] })
  if (part) time.after(choices.pick([1, 20, 900]), () => bucket.send(part.url))
  await time.pause(choices.pick([30, 1, 1000]))
  const ending = choices.rarely(4) ? send(`DELETE /${upload.id}`) : undefined
  if (choices.choose(2) === 1) await ending
  await send(`POST /${upload.id}/complete`, { bytes: upload.bytes })
  await ending
  if (choices.rarely(2)) await send('GET')
}

/** Milliseconds for which a tab waits for a response, before it sends its request again, five times in all. */
const tabTimeoutMs = 6000

async function call(
  world: World,
  { token, region }: { token: string; region: Region },
  { line, body }: { line: string; body: object | undefined },
): Promise<Answer> {
  const { time } = world
  const [method = '', path = ''] = line.split(' ')
  const event = proxyEvent(method, `/received${path}`, {
    headers: { 'Content-Type': 'application/json', 'Once-Upload': token },
    body,
  })
  for (let attempts = 0; attempts < 5; attempts += 1) {
    const answered = apiFor(world, region)(event).then(response => note(world, path.slice(1), response))
    const response = await Promise.race([answered, time.pause(tabTimeoutMs)])
    if (response && response.statusCode < 500) return JSON.parse(response.body || '{}') as Answer
    await time.pause(300)
  }
  return {}
}

function note({ network }: World, upload: string, response: APIGatewayProxyResult): APIGatewayProxyResult {
  const [, sha256] = /"received":\{.*"sha256":"([^"]+)"/.exec(response.body) ?? []
  if (sha256 !== undefined) network.note({ kind: 'file received', sha256 })
  if (response.statusCode === 204) network.note({ kind: 'upload ended', upload })
  return response
}

/** Makes the real function for one request. */
function apiFor(world: World, region: Region): ApiHandler {
  const { time, network, received, subject, deployment } = world
  const since = time.now() - noon
  const over = { sender: mayDie(network), network }
  const { sign, begin, arrived, abort, ...bucket } = world.bucket
  const complete: typeof bucket.complete = async (upload, parts, replace) => {
    const sent = await arrived(upload)
    if (sent !== 'gone' && sha256Of(sent) !== sha256Of(parts)) return 'changed'
    const made = await bucket.complete(upload, parts, replace)
    const id = createHash('sha256').update(upload.uploadId).digest('base64url')
    const file = { upload: id, sha256: sha256Of(parts), bytes: sum(parts), since }
    if (typeof made === 'object') network.note({ kind: 'file made', ...file })
    return made
  }
  const ports = {
    clock: time,
    keyring: testKeyring,
    links: subject.product.links('links', dynamodbOver(over.sender, network)),
    received: portOver(received.get(region) as ReceivedUploads, region, over),
    bucket: { sign, ...portOver({ begin, arrived, complete, abort }, simulatedRegions[0], over) },
    log: () => undefined,
  }
  return subject.product.createReceived(ports, deployment, region)
}
