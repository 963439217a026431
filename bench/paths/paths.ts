import type { Measured } from '../measurement.ts'
import type { Workbench } from '../workbench.ts'

/** Measures all requests of viewers but plain redemptions. */
export async function measurePaths(_bench: Workbench): Promise<Measured> {
  return { table: { title: 'Other paths', columns: ['shipped', 'baseline'], rows: [], notes: [] }, figures: {} }
}
