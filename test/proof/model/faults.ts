import { unlimited, type World } from './world.ts'

/** Returns true while the setup allows another fault. */
export function canFail(world: World): boolean {
  return world.faultsLeft > 0
}

/** Counts one fault. */
export function fail(world: World): void {
  if (world.faultsLeft !== unlimited) world.faultsLeft -= 1
}
