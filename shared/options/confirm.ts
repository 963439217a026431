import type { Link } from '../link.ts'

const schema = {
  type: 'boolean',
  description:
    'The viewer first gets a page, and uses the link by pressing its button. So programs that fetch links in mails and chats do not use it.',
  'x-allowed': 'true or false',
} as const

/** Whether the viewer gets a page first, and uses the link with its button. */
export const confirm = {
  schema,
  /** `false` is the same as nothing. */
  read: (value: boolean): true | undefined => value || undefined,
  /** The item has text, since it reads a boolean back as text. */
  store: ({ confirm }: { readonly confirm?: true }) => (confirm === true ? { confirm: 'required' as const } : {}),
  /** The edge answers an unconfirmed request without the table. */
  flag: { name: 'confirm', isSet: ({ confirm }: Pick<Link, 'confirm'>) => confirm !== undefined },
  view: { ...schema, description: 'Whether the viewer must confirm on a page first.' },
  /** It is shown as it was given. */
  show: ({ confirm }: Pick<Link, 'confirm'>) => confirm === 'required',
  again: ({ confirm }: Pick<Link, 'confirm'>) => confirm === 'required' || undefined,
  words: {
    usage: ['--confirm', 'the viewer must confirm with a button on a page before the link is used'],
    status: ['confirm', (shown: boolean) => (shown ? 'required' : undefined)],
    docs: ['a person must press a button ([scanners](recipients.md#confirmation-and-robots))', 'no'],
    privacy: ['`confirm`', 'whether a person must press a button', 'no', '`confirm`'],
  },
} as const
