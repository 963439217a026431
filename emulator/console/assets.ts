import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Setup } from './setup.ts'

const folder = join(import.meta.dirname, 'page')

/** What the page may do: run and look as we say, talk to where it came from, be framed by nobody. Nothing inline. */
export const consolePolicy = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `connect-src 'self'`,
  // The icon is in the page.
  `img-src data:`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

/** The page, with what it has to know of its emulator, and with what to type for whoever runs no scripts. */
export async function pageOf(setup: Setup, guide: string): Promise<string> {
  const page = await readFile(join(folder, 'page.html'), 'utf8')
  return page
    .replace('{{setup}}', () => escapeHtml(JSON.stringify(setup)))
    .replace('{{guide}}', () => escapeHtml(guide))
}

/** Its style sheet. */
export function styleSheet(): Promise<string> {
  return readFile(join(folder, 'page.css'), 'utf8')
}

let bundled: Promise<string> | undefined

/** Its script, one ES module of a few kilobytes: bundled when it is first asked for, then kept. */
export function script(): Promise<string> {
  bundled ??= bundle().catch((error: unknown) => {
    bundled = undefined
    throw error
  })
  return bundled
}

/** Loaded on demand: whoever starts an emulator for a test needs no bundler. */
async function bundle(): Promise<string> {
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
