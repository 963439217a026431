import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { securityHeaders } from '../shared/http.ts'
import type { FormField } from '../shared/options/option.ts'
import { type OptionName, optionNames, options } from '../shared/options/options.ts'

/** Path prefix of everything but the page itself. */
export const consolePath = '/console/'

/** Paths of the page's own files. Like the page, they are the same for every server. */
export const pageFiles: ReadonlySet<string> = new Set([`${consolePath}page.css`, `${consolePath}page.js`])

/** What differs between two servers of the page. */
export interface PageOptions {
  /** Commands to type instead, for browsers that run no scripts. */
  readonly guide: string
  /** The source, as a content security policy has it, to which the page may send files. */
  readonly s3: string
  /** The secret of this session: the page keeps it in its tab, and opens itself again. @default none */
  readonly token?: string
}

const folder = join(import.meta.dirname, 'page')

/** Content security policy of the page: scripts and styles of its own origin only, requests to that and to S3; nothing inline; no frames. */
const consolePolicy = (s3: string) => [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `connect-src 'self' ${s3}`,
  // The page contains its icon.
  `img-src data:`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
]

/** Sends the page. */
export async function sendPage(response: ServerResponse, options: PageOptions): Promise<void> {
  const headers = { 'content-security-policy': consolePolicy(options.s3).join('; '), vary: 'accept' }
  send(response, 'text/html; charset=utf-8', { body: await pageOf(options), headers })
}

/** Sends one of `pageFiles`. */
export async function sendPageFile(response: ServerResponse, path: string): Promise<void> {
  if (path.endsWith('.css'))
    send(response, 'text/css; charset=utf-8', { body: await readFile(join(folder, 'page.css'), 'utf8') })
  else send(response, 'text/javascript; charset=utf-8', { body: await script() })
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

async function pageOf({ guide, token }: PageOptions): Promise<string> {
  const page = await readFile(join(folder, 'page.html'), 'utf8')
  const secret = token === undefined ? '' : `<meta name="token" content="${escapeHtml(token)}">`
  return page
    .replace('{{guide}}', () => escapeHtml(guide))
    .replace('{{token}}', () => secret)
    .replace(/\{\{(pair|plain|more)\}\}/g, (_, place: FormField['place']) => fieldsAt(place))
}

let bundled: Promise<string> | undefined

/** Returns the page's script, an ES module: the one that was packed, or bundled at the first request and then kept. */
function script(): Promise<string> {
  bundled ??= readFile(join(folder, 'page.js'), 'utf8')
    .catch(bundlePage)
    .catch((error: unknown) => {
      bundled = undefined
      throw error
    })
  return bundled
}

/** Bundles the page's script. Loads the bundler on demand: an emulator that a test starts doesn't need it. */
export async function bundlePage(): Promise<string> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    minify: true,
    legalComments: 'eof',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, mark => names[mark] ?? '')
}

/** What the schema of an option says of its control. */
interface Schema {
  readonly type?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
}

/** Returns the HTML of all fields of a place of the form. Their controls have `data-option`, and the name of the option as id. */
function fieldsAt(place: FormField['place']): string {
  return optionNames.flatMap(name => (options[name].words.field.place === place ? [fieldOf(name)] : [])).join('\n')
}

function fieldOf(name: OptionName): string {
  const schema = options[name].schema as Schema
  const { label, hint, choices, rows } = options[name].words.field
  const attributes = `id="${name}" name="${name}" data-option`
  const text = `<label for="${name}">${label}${hint === undefined ? '' : ` <span class="quiet">${hint}</span>`}</label>`
  if (schema.type === 'boolean') return `<p class="check"><input ${attributes} type="checkbox">${text}</p>`
  const field = (control: string) => `<p id="${name}-field" class="field">${text}${control}</p>`
  const limits = `${limitOf('maxlength', schema.maxLength)}${limitOf('min', schema.minimum)}${limitOf('max', schema.maximum)}`
  if (choices !== undefined) {
    const list = Object.entries(choices).map(([value, each]) => `<option value="${value}">${each}</option>`)
    const own = 'own' in choices ? `<input id="${name}-own" aria-label="${choices.own}" autocomplete="off">` : ''
    return field(`<select ${attributes}>${list.join('')}</select>${own}`)
  }
  if (rows !== undefined) return field(`<textarea ${attributes} rows="${rows}"${limits}></textarea>`)
  const type = schema.type === 'integer' ? 'number' : schema.format === 'date-time' ? 'datetime-local' : 'text'
  return field(`<input ${attributes} type="${type}"${limits} autocomplete="off" spellcheck="false">`)
}

function limitOf(attribute: string, limit: number | undefined): string {
  return limit === undefined ? '' : ` ${attribute}="${limit}"`
}
