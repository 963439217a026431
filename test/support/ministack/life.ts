import { afterAll, beforeAll, describe } from 'vitest'
import { type Deployed, type Life, lifeOf } from './life/deployed.ts'
import { deliveriesAreKnown } from './life/deliveries.ts'
import { filesGoToOneViewer } from './life/downloads.ts'
import { linksAreCalledLater } from './life/ends.ts'
import { keysChange } from './life/keys.ts'
import { linksAreUsedOnce } from './life/links.ts'
import { rareThingsHappen } from './life/rarely.ts'
import { schedulesRun } from './life/schedules.ts'

/**
 * Registers the life of links on a deployment that an earlier test has made, one test a promise. All go through the functions as they
 * were shipped. They set the functions' clock forward by days, so what follows must use `deployed().clock`; the last one ends every link.
 */
export function lifeOfLinks(deployed: () => Deployed): void {
  describe('its links', () => {
    let life: Life | undefined
    const get = () => {
      if (life === undefined) throw new Error('the deployment is not ready')
      return life
    }
    beforeAll(async () => {
      life = await lifeOf(deployed())
    })
    afterAll(async () => life?.close())
    linksAreUsedOnce(get)
    filesGoToOneViewer(get)
    deliveriesAreKnown(get)
    rareThingsHappen(get)
    schedulesRun(get)
    linksAreCalledLater(get)
    keysChange(get)
  })
}
