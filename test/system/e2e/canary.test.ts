import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { startDynalite, type Tables } from '../../../emulator/dynamodb/tables.ts'
import { emulatorProcess } from '../../support/emulator/emulator-process.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt } from '../../support/machine/http.ts'

const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const

/** Uses the api, the edges and the exchange in many ways. Returns all secrets that occurred. */
async function useAll(api: string, edges: readonly string[]): Promise<readonly string[]> {
  const secrets: string[] = []
  for (let round = 0; round < 40; round += 1) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': `canary-key-${round}` }
    const body = JSON.stringify({
      key: 'canary-object.txt',
      allowMissing: true,
      homeRegion: regions[round % 3],
      expiresIn: 600,
    })
    const issued = await ask(`${api}/links`, { method: 'POST', headers, body })
    const { id, url } = JSON.parse(issued.body) as { id: string; url: string }
    const { pathname } = new URL(url)
    secrets.push(pathname.slice('/d/'.length), `canary-key-${round}`)
    await ask(`${api}/links/${id}`)
    if (round % 5 === 0) await ask(`${api}/links/${id}`, { method: 'DELETE' })
    if (round % 3 === 0) continue // stays live in the table
    if (round % 5 === 1) {
      const exchanged = await ask(`${api}/exchange`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ nonce: pathname.slice('/d/'.length) }),
      })
      secrets.push(/X-Amz-Signature=(\w+)/.exec(exchanged.body)?.[1] ?? 'no URL')
      await ask(`${api}/exchange`, { method: 'POST', headers, body: '{"nonce":"x","canary":1}' })
    }
    for (const edge of edges) {
      const accept = ['*/*', 'text/html', 'application/json'][round % 3] ?? ''
      const response = await ask(edge + pathname, { headers: { accept } })
      const location = String(response.headers['location'] ?? response.body)
      const signature = /Signature=([\w~-]+)/.exec(location)?.[1]
      const policy = /Policy=([\w~-]+)/.exec(location)?.[1]
      if (signature !== undefined && policy !== undefined) secrets.push(signature, policy)
      await ask(edge + pathname.slice(0, -1)) // malformed
      await ask(`${edge}${pathname.slice(0, -2)}AA`) // forged
    }
  }
  return [...secrets, ...(await tryAll(api, edges))]
}

/** Issues links with passphrases and messages, and tries them in each way. Returns the secrets: links, and passphrases right and wrong. */
async function tryAll(api: string, [edge = '']: readonly string[]): Promise<readonly string[]> {
  const secrets: string[] = []
  const words = { message: 'canary-message', sender: 'canary-sender', homeRegion: regions[0] }
  for (let round = 0; round < 8; round += 1) {
    const given = `Canary passphrase ${round}`
    const fields = { key: 'canary-object.txt', allowMissing: true, ...words }
    const issued = await issueAt(api, { ...fields, passphrase: round % 2 === 0 ? true : given })
    const { passphrase = given } = issued as { passphrase?: string }
    const { pathname } = new URL(issued.url)
    const nonce = pathname.slice('/d/'.length)
    const wrong = `canary-wrong-${round}`
    const json = { 'content-type': 'application/json' }
    for (const tried of [wrong, passphrase]) {
      const headers = { 'once-passphrase': encodeURIComponent(tried) }
      if (round < 4) await ask(edge + pathname, { headers })
      else
        await ask(`${api}/exchange`, {
          method: 'POST',
          headers: json,
          body: JSON.stringify({ nonce, passphrase: tried }),
        })
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
    await ask(edge + pathname, { method: 'POST', headers: form, body: `passphrase=${encodeURIComponent(wrong)}` })
    await ask(edge + pathname, { headers: { 'once-passphrase': `%${wrong}` } }) // malformed
    await ask(`${api}/links`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ ...fields, passphrase: wrong, maxTries: 99 }),
    })
    expect(JSON.parse((await ask(`${api}/links/${issued.id}`)).body)).toMatchObject({
      passphrase: { tries: 2 },
      state: 'used',
    })
    secrets.push(nonce, wrong, ...[given, passphrase].flatMap(text => [text, plain(text), encodeURIComponent(text)]))
  }
  return secrets
}

/** A passphrase as it is hashed. */
const plain = (passphrase: string) => passphrase.toLowerCase().replaceAll(/[ -]/g, '')

async function everyItem({ config }: Tables): Promise<string> {
  const items: unknown[] = []
  for (const region of regions) {
    const client = new DynamoDBClient({ region, ...config(region) })
    for (const TableName of ['links', 'api-state'])
      items.push((await client.send(new ScanCommand({ TableName }))).Items)
  }
  return JSON.stringify(items)
}

function expectNone(secrets: readonly string[], text: string): void {
  expect(secrets.length).toBeGreaterThan(60)
  expect(secrets).not.toContain('no URL')
  for (const secret of secrets) {
    expect(text).not.toContain(secret)
    // A careless log line could contain the first part of a secret.
    expect(text).not.toContain(secret.slice(0, 24))
  }
}

test('no log and no table contains a nonce, passphrase, key or signed URL, and the log no message, address or object key', async () => {
  const bucket = temporaryFolder()
  const data = temporaryFolder()
  writeFileSync(join(bucket, 'start.txt'), 'x')
  const emulator = await emulatorProcess(['--bucket', bucket, '--data', data])
  const welcome = emulator.output()
  const secrets = await useAll(emulator.api, Object.values(emulator.edges))
  const logged = emulator.output().slice(welcome.length)
  expect(logged.split('\n').length).toBeGreaterThan(200)
  expectNone(
    secrets.filter(secret => !secret.startsWith('canary-key')),
    logged,
  )
  expect(logged).not.toMatch(/canary|127\.0\.0|Policy=|Signature=/i)
  const kept = JSON.parse(readFileSync(join(data, 'secret.json'), 'utf8')) as {
    signing: { privateKey: string }
    mac: { slots: object }
  }
  const keyLines = [...kept.signing.privateKey.split('\n').slice(1, 3), ...Object.values(kept.mac.slots)]
  for (const line of keyLines) expect(emulator.output()).not.toContain(line)
  await emulator.kill()
  const tables = await startDynalite(regions, join(data, 'tables'))
  const items = await everyItem(tables)
  await tables.close()
  expect(items).toContain('canary-object.txt')
  expectNone(secrets, items)
})

test('the only secret that the emulator prints is the link of its start', async () => {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'start.txt'), 'x')
  const emulator = await emulatorProcess(['--bucket', bucket])
  const { url } = await issueAt(emulator.api, { key: 'start.txt' })
  await ask(url)
  const printed = emulator.output().match(/\/d\/[\w-]{43}/g) ?? []
  expect(printed).toHaveLength(1)
  expect(url.endsWith(printed[0] ?? '')).toBe(false)
})
