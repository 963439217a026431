import { unlimited, type World } from './world.ts'

/** True while something may still go wrong. */
export function canFail(world: World): boolean {
  return world.faultsLeft > 0
}

/** Something goes wrong. */
export function fail(world: World): void {
  if (world.faultsLeft !== unlimited) world.faultsLeft -= 1
}
