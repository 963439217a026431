import type { Command } from './command.ts'
import { openConsole } from './console/console.ts'
import { deploy } from './deployment/deploy/deploy.ts'
import { doctor } from './deployment/doctor/doctor.ts'
import { issue } from './links/issue.ts'
import { list } from './links/list.ts'
import { redeem } from './links/redeem.ts'
import { revoke } from './links/revoke.ts'
import { status } from './links/status.ts'
import { policy } from './deployment/policy/policy.ts'
import { prove } from './deployment/prove/prove.ts'
import { restore } from './deployment/restore/restore.ts'
import { teardown } from './deployment/teardown/teardown.ts'

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  issue,
  status,
  list,
  revoke,
  redeem,
  openConsole,
  deploy,
  doctor,
  policy,
  prove,
  restore,
  teardown,
]
