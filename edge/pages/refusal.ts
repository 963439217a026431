import { hash } from 'node:crypto'
import type { Refusal } from '../../shared/refusal.ts'

const style = `:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto 0;padding:0 1.5rem}h1{font-size:1.5rem}`

/** The policy of our pages: nothing is loaded, nothing runs, nobody frames them; the one style is known by its hash. */
export const pagePolicy = [
  `default-src 'none'`,
  `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

/** The page a browser shows for a refusal. Only texts of the refusal table go in, so nothing needs escaping. */
export function refusalPage({ title, detail }: Refusal): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
<main>
<h1>${title}</h1>
<p>${detail}</p>
</main>
</html>
`
}
