import { defaultLagMs } from '../dynamodb/replication.ts'
import { compareDesigns, type Comparison, type Trial } from './compare-designs.ts'

/** Runs both designs and prints what happened; nothing of it is known beforehand. Takes about four times the lag. */
async function main(): Promise<void> {
  const lagMs = defaultLagMs
  console.log(tell(await compareDesigns({ lagMs, arrival: replication => replication.settled() }), lagMs))
}

function tell({ nearest, home, refusal }: Comparison, lagMs: number): string {
  const edges = nearest.openings.map(({ edge }) => edge).join(' and ')
  return `
Two viewers open one link at the same moment, at the edges in ${edges}.
The table of links has a replica in each Region; a write reaches the other one ${lagMs} ms later.

If each edge asked its nearest replica (this product doesn't):
${tellTrial(nearest)}

When every edge asks the link's home, ${home.homeRegion} (this product, mode "home"; a new link):
${tellTrial(home)}

Whoever configures the nearest replica is refused:
  ${refusal}
`
}

function tellTrial({ openings, left }: Trial): string {
  const lines = openings.map(({ edge, status, bytes, refusal }) => {
    const end = bytes === undefined ? refusal : `a capability; it led to a file of ${bytes} bytes`
    return `  ${edge.padEnd(10)} ${status}  ${end}`
  })
  const winners = openings.filter(({ bytes }) => bytes !== undefined).length
  const items = left.map(({ region, items }) => `${items} items in ${region}`).join(' and ')
  const traces = left.every(({ items }) => items === 0) ? ': no trace of who won, or how many' : ''
  return `${lines.join('\n')}
  ${winners} of ${openings.length} won. When all writes had arrived, the table held ${items}${traces}.`
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
