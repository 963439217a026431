#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
import { apis } from './adapters/apis.ts'
import { connectToAws } from './adapters/aws.ts'
import { disk } from './adapters/disk.ts'
import { systemClock } from './adapters/system-clock.ts'
import { uploads } from './adapters/uploads.ts'
import { web } from './adapters/web.ts'
import { run } from './run.ts'

const { stderr, stdout } = process

// `once`: outcomes to stdout, all else to stderr.
process.exitCode = await run(process.argv.slice(2), {
  aws: connectToAws(),
  apis,
  uploads,
  disk,
  web,
  clock: systemClock,
  random: randomBytes,
  say: line => void stdout.write(`${line}\n`),
  note: line => void stderr.write(`${line}\n`),
  // Back to the start of the line, and clear what is left of the one before (ECMA-48, CR and EL).
  meter: stderr.isTTY ? line => void stderr.write(`\r${line}\u001b[K`) : undefined,
})
