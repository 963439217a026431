import { isCpuThrottled, systemClock } from './adapters/process.ts'
import { connect, rehearse } from './function-main.ts'
import { warmUp } from './warm-up.ts'

export { handler } from './function-main.ts'

// Lambda gives the function its first event after this.
await warmUp({ connect, rehearse, isCpuThrottled, clock: systemClock })
