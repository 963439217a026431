import { isPinned, type Link } from '../shared/link.ts'
import type { LinkView } from '../shared/schemas/types.ts'

/** What responses show of the object that a link delivers. */
export type ObjectView = Pick<LinkView, 'pinned' | 'versionId' | 'size' | 'etag' | 'contentType'>

/** Returns what is known of the object of a link, and whether the link delivers one version of it. */
export function objectView(link: Pick<Link, 'media' | 'versionId' | 'size' | 'etag' | 'contentType'>): ObjectView {
  const { versionId, size, etag, contentType } = link
  return {
    pinned: isPinned(link),
    ...(versionId !== undefined && { versionId }),
    ...(size !== undefined && { size }),
    ...(etag !== undefined && { etag }),
    ...(contentType !== undefined && { contentType }),
  }
}
