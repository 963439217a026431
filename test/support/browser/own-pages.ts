import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lookup } from 'mime-types'
import { serveHere } from '../machine/serve.ts'

const root = join(import.meta.dirname, '../../..')

/** Serves the pages of examples/own-page, with hls.js as npm would install it, on a port of 127.0.0.1. Returns the port. */
export async function ownPages(): Promise<string> {
  const { origin } = await serveHere(({ url = '' }, response) => {
    const folder = url.startsWith('/node_modules/hls.js/') ? root : join(root, 'examples/own-page')
    const file = join(folder, url)
    if (!existsSync(file)) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': lookup(file) || 'text/plain' }).end(readFileSync(file))
  })
  return new URL(origin).port
}

/** How often a page of another origin tried, and by what means it got more than an error. */
export interface ForeignTries {
  readonly tried: number
  readonly read: readonly string[]
}

/** Returns a script that tries 50 times to open a link, and to read the files of a folder that this browser has opened, by all means of scripts. */
export function foreignTries(link: string, folder: string): string {
  return `(${tries})(${JSON.stringify(link)}, ${JSON.stringify(folder)})`
}

const tries = /* js */ `async (link, folder) => {
  const { default: Hls } = await import(location.origin + '/node_modules/hls.js/dist/hls.mjs')
  const ask = (url, init) => fetch(url, { credentials: 'include', ...init }).then(({ type }) => type !== 'opaque', () => false)
  const load = url => new Promise(resolve => {
    const player = new Hls({ xhrSetup: request => void (request.withCredentials = true) })
    player.on(Hls.Events.MANIFEST_LOADED, () => resolve(true))
    player.on(Hls.Events.ERROR, () => resolve(false))
    player.loadSource(url)
  })
  const embed = (tag, src) => new Promise(resolve => {
    const element = Object.assign(document.createElement(tag), { crossOrigin: 'use-credentials', src })
    element.onload = element.onloadeddata = () => resolve(true)
    element.onerror = () => resolve(false)
    document.body.append(element)
  })
  const accept = { accept: 'application/json' }, key = { 'idempotency-key': 'any' }, method = 'POST'
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const inits = [
    { method, headers: { ...accept, ...key } }, { method, headers: accept }, { method, headers: accept, mode: 'no-cors' },
    { method, headers: { ...accept, ...form }, body: 'passphrase=any' }, { headers: accept }, { headers: key }, {},
  ]
  const ways = inits.map(init => ['open ' + JSON.stringify(init), () => ask(link, init)])
  ways.push(['play the link', () => load(link)], ['play', () => load(folder + '/index.m3u8')])
  for (const file of ['/init.mp4', '/00.m4s', '/index.m3u8'].map(name => folder + name)) {
    ways.push(['read ' + file, () => ask(file, {})], ['read without CORS ' + file, () => ask(file, { mode: 'no-cors' })])
    for (const tag of ['img', 'script', 'video']) ways.push([tag + ' ' + file, () => embed(tag, file)])
  }
  const read = []
  let tried = 0
  for (; tried < 50; tried += 1) {
    const [means, attempt] = ways[tried % ways.length]
    if (await attempt()) read.push(means)
  }
  return { tried, read }
}`
