import { noteInForce } from './versions.ts'
import { keyAgeLine } from './key-age.ts'
import type { Context } from './ports.ts'
import { retire, type Retirement } from './retire.ts'

/**
 * The daily round: notes that AWSCURRENT is in force everywhere if it has come to that, takes public keys away that
 * nobody can need any more, and logs how old the signing key is, in one line of CloudWatch's embedded metric format.
 * May run at any time, also twice or while a rotation is under way.
 */
export async function retireDaily(context: Context): Promise<Pick<Retirement, 'removed' | 'deleted'>> {
  const retirement = await retire(context)
  const { versions, isRotating, removed, deleted } = retirement
  context.ports.log(keyAgeLine(retirement, context))
  // Last, so that the line is there even when a Region doesn't answer; and nothing should write while a rotation is under
  // way (AWS, "Troubleshoot rotation"), though one that has got stuck must not hold the retirement up for ever.
  if (!isRotating) await noteInForce(versions, context)
  return { removed, deleted }
}
