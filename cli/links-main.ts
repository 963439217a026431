#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { systemClock } from '../shared/aws/process.ts'
import { apis } from './adapters/apis.ts'
import { disk } from './adapters/disk.ts'
import { http } from './adapters/http.ts'
import { loopback } from './adapters/machine.ts'
import { interrupts, processes, screen } from './adapters/process.ts'
import { programs } from './adapters/programs.ts'
import { findNamed } from './find-named.ts'
import { linkCommands } from './link-commands.ts'
import manifest from './package.json' with { type: 'json' }
import { runProgram } from './program.ts'

// `once` of the package once-at-edge-cli: the commands on links, in any folder. The SDK is loaded when a command calls AWS.

/** Returns the first version of Node.js in a text, such as 22.13, as a number to compare. */
function versionIn(text: string): number {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? []
  return Number(major) * 1000 + Number(minor)
}

// npm only warns of an older one, in which some commands would fail half-way.
const { node } = process.versions
if (versionIn(node) < versionIn(manifest.engines.node)) {
  console.error(`once needs Node.js ${manifest.engines.node} and found ${node}: put a newer Node.js on the PATH`)
  process.exit(2)
}

// Each short-lived object can keep 64 KiB of a file: so Node.js collects them before there are many, as with the options in cli/once.
setFlagsFromString('--max-semi-space-size=1')
setFlagsFromString('--semi-space-growth-factor=1')

const signals = interrupts()
const program = {
  commands: linkCommands(findNamed({ variable: process.env['ONCE_API'], file: onceJson })),
  usage: `npx ${manifest.name} COMMAND runs it without an installation.`,
  version: manifest.version,
  elsewhere: {
    names: ['alarm', 'deploy', 'doctor', 'first-account', 'policy', 'prove', 'restore', 'teardown', 'template'],
    where: `it works on deployments, so it is in a clone of the repository: npm run once -- COMMAND`,
  },
}

process.exitCode = await runProgram(program, process.argv.slice(2), {
  aws: { account: async () => (await import('./adapters/aws/account.ts')).callerAccount()() },
  apis,
  disk,
  http,
  loopback,
  clock: systemClock,
  interrupts: signals,
  processes,
  programs,
  random: randomBytes,
  ...screen(),
})
signals.reraise()

/** Reads the file of this folder, without looking in those above it. */
async function onceJson(): Promise<string | undefined> {
  return readFile('once.json', 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
