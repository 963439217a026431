import { join } from 'node:path'
import { allOfAws } from '../../../cli/adapters/aws/all.ts'
import { machine } from '../../../cli/adapters/machine.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { cdkHere } from '../../support/ministack/cdk-in-process.ts'
import { apiUrlAt } from '../../support/ministack/ministack.ts'
import { apisOn, viewerAt } from '../../support/ministack/operator.ts'
import { jumpingClock } from './grown.ts'

// The command line of an operator on a MiniStack of another process, in the current folder, which is its clone: a process to kill.
const { MINISTACK = '', FRONT = '' } = process.env
const clone = process.cwd()
const { code } = await onceHere(process.argv.slice(2), {
  aws: allOfAws(),
  cdk: await cdkHere(join(clone, 'assemblies')),
  apis: apisOn({ apiUrl: url => apiUrlAt(MINISTACK, url) }),
  http: viewerAt(async () => FRONT, MINISTACK),
  clock: jumpingClock(),
  machine: { ...machine, clone },
  print: line => void process.stdout.write(`${line}\n`),
  info: line => void process.stderr.write(`${line}\n`),
})
process.exit(code)
