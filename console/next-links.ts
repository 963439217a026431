import type { LinkView } from '../client/client.ts'

/** Links that a page shows more of at a time, as many as a response of the API has. */
export const pageSize = 100

/** Returns the next links of a list, `pageSize` of them; fewer at its end. */
export async function nextLinks(list: AsyncGenerator<LinkView, void, undefined>): Promise<LinkView[]> {
  const links: LinkView[] = []
  while (links.length < pageSize) {
    const { done, value } = await list.next()
    if (done === true) break
    links.push(value)
  }
  return links
}
