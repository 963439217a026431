import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { testSecret } from './keys.ts'
import { serveHere } from '../machine/serve.ts'

/**
 * Serves GetSecretValue alone, in the form of its API reference, for the secret of the test vectors; in the Region
 * `down` it fails with 500. `asked` has target, Region, id and stage of each request. Ends with the test.
 */
export async function secretsManager(down?: string): Promise<{ endpoint: string; asked: string[] }> {
  const asked: string[] = []
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { SecretId = '', VersionStage = '' } = (await json(request)) as { SecretId?: string; VersionStage?: string }
    const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? []
    asked.push(`${String(request.headers['x-amz-target'])} ${region} ${SecretId} ${VersionStage}`)
    const body = region === down ? { __type: 'InternalServiceError' } : { Name: SecretId, SecretString: testSecret }
    response.writeHead(region === down ? 500 : 200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(body))
  }
  const { origin } = await serveHere((request, response) => void respond(request, response))
  return { endpoint: origin, asked }
}
