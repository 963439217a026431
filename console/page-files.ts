import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Metafile } from 'esbuild'
import type { SendersTexts } from '../edge/pages/texts/senders-texts.ts'
import { securityHeaders, uploadPath } from '../shared/http.ts'
import { options, type TypedName, typedNames } from '../shared/options/options.ts'
import { withoutUpload } from '../shared/options/upload.ts'
import { languages } from '../shared/texts/brand.ts'
import { openerPolicy, pagePolicy, pageTypes } from './page-headers.ts'
import { callbackPath, type OptionField } from './protocol.ts'

/** Path prefix of everything but the page itself. */
export const consolePath = '/console/'

/** Whether a path is one of the page's files, which are the same for every server and hold nothing of its user. */
export function isPagePath(path: string): boolean {
  return ['/', callbackPath, uploadPath].includes(path) || /^\/console\/page-[\w-]+\.(js|css|json)$/.test(path)
}

/** A file of the page. */
export interface PageFile {
  readonly type: string
  readonly body: string
}

const folder = join(import.meta.dirname, 'page')

let made: Promise<ReadonlyMap<string, PageFile>> | undefined

/**
 * Returns the files of the page by path: `/`, `callbackPath` and `uploadPath`, which are the same HTML, and a script, a style sheet and the
 * texts of each language, whose names have their hashes. Script and texts are those that were packed, or made at the first call.
 */
export function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  made ??= makeFiles().catch((error: unknown) => {
    made = undefined
    throw error
  })
  return made
}

async function makeFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const read = (name: string) => readFile(join(folder, name), 'utf8')
  const [html, ...styles] = await Promise.all(['page.html', 'page.css', 'workshop.css'].map(read))
  const style = styles.join('')
  const script = await read('page.js').catch(async () => (await bundlePage()).code)
  const texts = await read(textsFile).then(text => JSON.parse(text) as Texts, pageTexts)
  const [stylePath, scriptPath] = [hashedPath(style, 'css'), hashedPath(script, 'js')]
  const languageFiles = Object.entries(texts).map(([language, { noScript, ...others }]) => {
    const body = JSON.stringify(others)
    return { language, noScript, body, path: hashedPath(body, 'json', `-${language}`) }
  })
  const links = languageFiles.map(
    ({ language, path }) => `<link rel="alternate" type="${pageTypes['.json']}" hreflang="${language}" href="${path}">`,
  )
  const page = {
    type: pageTypes['.html'],
    body: (html ?? '')
      .replace('{{style}}', stylePath)
      .replace('{{script}}', scriptPath)
      .replace('{{texts}}', links.join('\n'))
      .replace('{{noScript}}', languageFiles.map(each => `<p lang="${each.language}">${each.noScript}</p>`).join('')),
  }
  return new Map([
    ['/', page],
    [callbackPath, page],
    [uploadPath, page],
    [stylePath, { type: pageTypes['.css'], body: style }],
    [scriptPath, { type: pageTypes['.js'], body: script }],
    ...languageFiles.map(({ path, body }) => [path, { type: pageTypes['.json'], body }] as const),
  ])
}

function hashedPath(text: string, extension: string, language = ''): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return `${consolePath}page${language}-${hash}.${extension}`
}

type Texts = Readonly<Record<string, SendersTexts>>

/** The file of a package with the texts of all languages. */
export const textsFile = 'texts.json'

/** Returns the texts of all languages. Each is in the file that its tag names. */
export async function pageTexts(): Promise<Texts> {
  const files = languages.map(async language => {
    const file = join(folder, '../../edge/pages/texts', `${language}.ts`)
    const { sendersPage } = (await import(pathToFileURL(file).href)) as { readonly sendersPage: SendersTexts }
    return [language, sendersPage] as const
  })
  return Object.fromEntries(await Promise.all(files))
}

/**
 * Bundles the page's script; resolves to it, and to what is in it. Loads the bundler on demand: an emulator that a test starts doesn't need
 * it.
 */
export async function bundlePage(): Promise<{ readonly code: string; readonly metafile: Metafile }> {
  const { build } = await import('esbuild')
  const { outputFiles, metafile } = await build({
    absWorkingDir: join(folder, '../..'),
    entryPoints: [join(folder, 'main.tsx')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { OPTION_FIELDS: JSON.stringify(typedNames.map(fieldOf)) },
    minify: true,
    legalComments: 'eof',
    logLevel: 'silent',
    metafile: true,
  })
  return { code: outputFiles[0]?.text ?? '', metafile }
}

/** What the schema of an option says of its control. */
interface Schema {
  readonly type?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
}

/** The options that the page has for links that give a file alone: those that others can't have, and the time of a download. */
const ofFiles = new Set<string>([...withoutUpload, 'urlSeconds'])

function fieldOf(name: TypedName): OptionField {
  const { type, format, minimum, maximum } = options[name].schema as Schema
  const { choices, rows } = options[name].words.field ?? {}
  const typed = type === 'boolean' ? 'box' : type === 'integer' ? 'number' : format === 'date-time' ? 'time' : 'text'
  const kind = choices === undefined ? typed : 'choice'
  const others = ofFiles.has(name) ? { ofFiles: true as const } : {}
  return { name, kind, choices: choices?.map(String), rows, minimum, maximum, ...others }
}

/** What a server of the page adds to it. */
export interface PageOptions {
  /** The sources, as a content security policy has them, that the page may reach: where files go, and who logs people in. */
  readonly reached: readonly string[]
  /** The secret of this session: the page keeps it in its tab, and opens itself again. @default none */
  readonly token?: string
}

/** Sends a file of the page; 404 if it has none of this path. */
export async function sendPageFile(
  response: ServerResponse,
  path: string,
  { reached, token }: PageOptions,
): Promise<void> {
  const file = (await pageFiles()).get(path)
  if (file === undefined) return void response.writeHead(404, securityHeaders).end()
  const headers = {
    'content-security-policy': pagePolicy(reached),
    [openerPolicy.name]: openerPolicy.value,
    vary: 'accept',
  }
  // The token is base64url, which needs no escapes in HTML.
  const secret = token === undefined ? '' : `<meta name="token" content="${token}">`
  send(response, file.type, { body: file.body.replace('{{token}}', secret), headers })
}

/** Sends JSON with status 200. */
export function sendJson(response: ServerResponse, value: unknown): void {
  send(response, 'application/json', { body: JSON.stringify(value) })
}

function send(
  response: ServerResponse,
  type: string,
  { body, headers = {} }: { body: string; headers?: Readonly<Record<string, string>> },
): void {
  response.writeHead(200, {
    ...securityHeaders,
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
