import { defaultLagMs } from '../dynamodb/replication.ts'
import { compareDesigns, type Comparison, type Trial } from './compare-designs.ts'

/** Runs both designs and prints what happened: the text has no result of its own. Takes about four times the lag. */
async function main(): Promise<void> {
  const lagMs = defaultLagMs
  console.log(describe(await compareDesigns({ lagMs, arrival: replication => replication.settled() }), lagMs))
}

function describe({ nearest, home, refusal }: Comparison, lagMs: number): string {
  const edges = nearest.results.map(({ edge }) => edge).join(' and ')
  return `
Two viewers open one link at the same moment, at the edges in ${edges}.
The table of links has a replica in each Region; a write reaches the other one ${lagMs} ms later.

If each edge used its nearest replica (this product doesn't):
${describeTrial(nearest)}

If each edge uses the link's home Region, ${home.homeRegion} (this product, mode "home"; a new link):
${describeTrial(home)}

A deployment that configures the nearest replica is rejected:
  ${refusal}
`
}

function describeTrial({ results, left }: Trial): string {
  const lines = results.map(({ edge, status, bytes, refusal }) => {
    const outcome = bytes === undefined ? refusal : `a capability, which gave a file of ${bytes} bytes`
    return `  ${edge.padEnd(10)} ${status}  ${outcome}`
  })
  const winners = results.filter(({ bytes }) => bytes !== undefined).length
  const items = left.map(({ region, items }) => `${items} items in ${region}`).join(' and ')
  const traces = left.every(({ items }) => items === 0) ? ': no trace of who won, or how many' : ''
  return `${lines.join('\n')}
  ${winners} of ${results.length} won. After all writes had arrived, the table held ${items}${traces}.`
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
