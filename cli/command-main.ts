import { randomBytes } from 'node:crypto'
import { apis } from './adapters/apis.ts'
import { connectToAws } from './adapters/aws/aws.ts'
import { cdk, templates } from './adapters/cdk.ts'
import { disk } from './adapters/disk.ts'
import { dns, loopback, machine } from './adapters/machine.ts'
import { http } from './adapters/http.ts'
import { interrupts, processes, restoreWorkingDirectory, screen } from './adapters/process.ts'
import { programs } from './adapters/programs.ts'
import { run } from './run.ts'
import { systemClock } from '../shared/aws/process.ts'

restoreWorkingDirectory()
const signals = interrupts()

// `once`: results go to standard output, everything else to standard error.
process.exitCode = await run(process.argv.slice(2), {
  aws: connectToAws(),
  cdk: cdk(),
  templates,
  apis,
  disk,
  http,
  dns,
  loopback,
  clock: systemClock,
  interrupts: signals,
  processes,
  machine,
  programs,
  random: randomBytes,
  ...screen(),
})
signals.reraise()
