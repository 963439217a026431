import type { pageTexts } from '../../../console/page-files.ts'

/** Returns the links by which the HTML of the page for senders leads to its texts, for its modules in Node.js. */
export function linksTo(all: Awaited<ReturnType<typeof pageTexts>>) {
  return Object.entries(all).map(([hreflang, texts]) => {
    const href = `data:application/json,${encodeURIComponent(JSON.stringify(texts))}`
    return { hreflang, href }
  })
}
