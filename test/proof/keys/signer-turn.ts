import { changeSigner } from './once-deploy.ts'
import { rollBack, rotate } from './operations.ts'
import { liveLink } from './redemptions.ts'
import { day, minute, type World } from './world.ts'

/** Links of each turn: issued before, during and after it. */
const links = 40

/** A change of the signer, or a rotation, under the load of links. */
export async function turn(world: World): Promise<void> {
  const { time, dice, redemptions, secret } = world
  for (let count = 0; count < links; count += 1) {
    time.after(
      dice.between(0, dice.pick([10 * minute, day, 4 * day, 10 * day])),
      () => void liveLink(world, redemptions),
    )
  }
  await time.pause(dice.between(0, day))
  const before = secret.current()
  await (dice.chance(0.85) ? changeSigner(world) : rotate(world))
  if (secret.current() !== before && dice.chance(0.2)) await rollBack(world)
}
