import { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

// What the process of every function on MiniStack loads first (`NODE_OPTIONS`).

// 1. Its clock is ahead by the milliseconds in a file: see clock.ts.
const file = process.env['FUNCTION_CLOCK'] ?? ''
const RealDate = Date
const realNow = Date.now
let readAt = 0
let ahead = 0

function now(): number {
  const real = realNow()
  if (real - readAt > 20) [readAt, ahead] = [real, Number(readFileSync(file, 'utf8'))]
  return real + ahead
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: []) => (args.length === 0 ? new target(now()) : new target(...args)),
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
})

// 2. MiniStack takes standard output for its protocol and sends what a function prints to its log, by new functions of `fs`. Modules
// that import `writeSync` by name, as our bundles do, would keep the old one, and what they print would be lost.
setImmediate(syncBuiltinESMExports)
