import type { Command } from './command.ts'
import { doctor } from './doctor.ts'
import { issue } from './issue.ts'
import { list } from './list.ts'
import { redeem } from './redeem.ts'
import { revoke } from './revoke.ts'
import { status } from './status.ts'
import { teardown } from './teardown.ts'

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [issue, status, list, revoke, redeem, doctor, teardown]
