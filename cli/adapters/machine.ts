import { hostname, userInfo } from 'node:os'
import type { Machine } from '../ports/machine.ts'

/** The machine that this process runs on. */
export const machine: Machine = { host: `${userInfo().username}@${hostname()}` }
