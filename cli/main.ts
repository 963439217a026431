import { connectToAws } from './adapters/aws.ts'
import { systemClock } from './adapters/system-clock.ts'
import { run } from './run.ts'

// `once`: outcomes to stdout, all else to stderr.
process.exitCode = await run(process.argv.slice(2), {
  aws: connectToAws(),
  clock: systemClock,
  say: line => void process.stdout.write(`${line}\n`),
  note: line => void process.stderr.write(`${line}\n`),
})
