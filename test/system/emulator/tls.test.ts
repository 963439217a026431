import { writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, get } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { makeCertificate } from '../../../emulator/certificate.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { issueAt } from '../../support/http.ts'

test.each(['127.0.0.1', 'localhost'])(
  'with a certificate, edges serve https, which clients trust at %s',
  async host => {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'f'), 'x')
    const tls = makeCertificate(temporaryFolder())
    const agent = new Agent({ ca: tls.certificate })
    async function follow(url: string) {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get(url, { agent }, resolve).on('error', reject)
      })
      const location = new URL(response.headers.location ?? '', url).href
      return { status: response.statusCode, location, body: await text(response) }
    }
    const { api, edges, s3 } = await emulatorHere({ bucket, tls })
    expect(new URL(api).protocol).toBe('http:')
    expect(new URL(s3).protocol).toBe('http:')
    expect(Object.values(edges).every(edge => edge.startsWith('https://127.0.0.1:'))).toBe(true)
    const { url } = await issueAt(api, { key: 'f' })
    expect(url.startsWith(`${edges['us-east-1']}/d/`)).toBe(true)
    const redirect = await follow(url.replace('127.0.0.1', host))
    expect(redirect.status).toBe(302)
    expect(await follow(redirect.location)).toMatchObject({ status: 200, body: 'x' })
  },
)
