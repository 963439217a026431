import { randomBytes } from 'node:crypto'
import { apis } from './adapters/apis.ts'
import { connectToAws } from './adapters/aws/aws.ts'
import { disk } from './adapters/disk.ts'
import { web } from './adapters/http.ts'
import { interrupts, screen, restoreWorkingDirectory, systemClock } from './adapters/process.ts'
import { uploads } from './adapters/uploads.ts'
import { run } from './run.ts'

restoreWorkingDirectory()
const signals = interrupts()

// `once`: outcomes to stdout, all else to stderr.
process.exitCode = await run(process.argv.slice(2), {
  aws: connectToAws(),
  apis,
  uploads: uploads(),
  disk,
  web,
  clock: systemClock,
  interrupts: signals,
  random: randomBytes,
  ...screen(),
})
signals.reraise()
