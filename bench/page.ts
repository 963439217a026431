/** The parts of the page of results. Each is rewritten by its own run only. */
export type PagePart = 'core' | 'edge'

/** Replaces one part of the page. Throws if the page has no marks for it. */
export function replacePart(page: string, part: PagePart, text: string): string {
  const [begin, end] = [`<!-- ${part}: begin -->`, `<!-- ${part}: end -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the page of results must have the comments ${begin} and ${end}`)
  return `${page.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${page.slice(to)}`
}

/** Returns what a run writes into its part: how it measures, and `text`. */
export function partText(part: PagePart, text: string): string {
  return `${introductions[part]}\n\n${text}`
}

const introductions: Readonly<Record<PagePart, string>> = {
  core: `## On a whole core

\`npm run bench\` compares the shipped edge with [a baseline](baseline/main.ts), which is written as the AWS documentation
shows, and with fixed limits. Both are bundled in the same way and call the same Amazon DynamoDB Local through TLS, in
processes that alternate. The baseline has the easier task: it reads no secret and writes no log.`,
  edge: `## At the edge's real size and distance

\`npm run bench -- --edge\` starts each function as Lambda@Edge does: a new process of AWS's runtime client, with 1.44 ms of
CPU in each 20 ms, the share that 128 MB get. It reaches its store by name, through TLS with a chain of RSA-2048
certificates, and a proxy adds the round trip. How Lambda@Edge treats init is not known, so cold starts are measured in two
ways. All functions take turns, one process at a time.

- \`shipped\`: the edge, as deployed
- \`baseline\`: [the AWS SDK as its documentation shows](baseline/main.ts), bundled
- \`seed\`: [what most teams build first](edge/contenders/seed.ts), a function behind API Gateway with the SDK of Lambda's
  runtime, which marks the link as used and redirects to a presigned S3 URL; here at the edge's size, though a regional
  function may have more
- \`empty\`: [a fixed 302](edge/contenders/empty.ts), so only Node.js and the runtime client
- \`bare\`: the physical floor, [one TLS connection, begun at the end of init, and one signed request](edge/contenders/bare.ts),
  by hand; it checks no nonce, signs no URL and logs nothing`,
}
