import type { Link } from '../link.ts'
import type { IssueContext, IssueRequest } from './option.ts'

/** Whether a link is issued although there is no such object yet. */
export const allowMissing = {
  schema: {
    type: 'boolean',
    description:
      'Issue the link even if there is no such object yet. The link then delivers what its key names when it is opened. Not together with `versionId`, and not with the setting `scan`.',
    'x-allowed': 'true or false',
  },
  /** `false` is the same as nothing. */
  read: (value: boolean): true | undefined => value || undefined,
  /** Refuses it where only files with a right result may be delivered. */
  check: ({ allowMissing }: { readonly allowMissing?: true }, _: IssueRequest, { deployment }: IssueContext) =>
    allowMissing && deployment.scan
      ? [
          {
            field: 'allowMissing',
            got: 'true',
            allowed: 'no allowMissing: this deployment checks files first (`scan`)',
          },
        ]
      : [],
  /** It is forgotten once the object was looked at. */
  store: () => ({}),
  /** A link that was issued for a missing object has nothing of it; one that takes a file has none. */
  again: ({ etag, versionId, maxBytes }: Pick<Link, 'etag' | 'versionId' | 'maxBytes'>) =>
    (etag === undefined && versionId === undefined && maxBytes === undefined) || undefined,
  words: {
    usage: [
      '--allow-missing',
      'issue the link also if there is no such object yet; it then delivers what its key has when it is opened',
    ],
    docs: ['the object may be missing (below)', 'no'],
  },
} as const
