import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Node.js keeps what it compiles of our files and those of packages, each under a hash of its text, so that what it kept of an
// earlier text never runs. It halves the start (decision 0054). The folder belongs to who ran npm ci; if this user can't write to
// it, nothing is kept. It has no effect on modules that are loaded already, so the command is imported after it.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/once'))
await import('./command-main.ts')
