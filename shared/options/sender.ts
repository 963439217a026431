import { echo, type InvalidField } from '../fields.ts'
import { maxText, parseSender, senderRule } from '../texts/plain-text.ts'
import type { IssueContext, IssueRequest } from './option.ts'

const schema = {
  type: 'string',
  format: 'sender',
  minLength: 1,
  maxLength: maxText.sender,
  description: `Who sends the file, as pages show it to the viewer: ${senderRule}. Pages say that it was not checked. With issuers in the settings, by default the issuer's \`sender\`, and only an issuer with \`ownSender\` may name another; or that which the caller's access token names, and no other.`,
  'x-allowed': senderRule,
} as const

type Input = { readonly sender?: string }

/** The sender of the file, as pages show it. */
export const sender = {
  schema,
  read: parseSender,
  /** A request without one has that of the list of issuers. */
  store({ sender }: Input, { owner }: IssueContext): Input {
    const named = sender ?? owner.sender
    return named === undefined ? {} : { sender: named }
  },
  /** Refuses a sender that the caller may not name. Without a list of issuers, every caller may. */
  check({ sender: named }: Input, _request: IssueRequest, { owner }: IssueContext): InvalidField[] {
    const { id, sender, ownSender } = owner
    if (named === undefined || ownSender || named === sender) return []
    const allowed = `${sender === undefined ? 'no sender' : `no sender but ${echo(sender)}, or none`}: issuer ${id} lacks ownSender`
    return [{ field: 'sender', got: echo(named), allowed }]
  },
  view: { ...schema, description: 'Who sends the file, as pages show it.' },
  /** An issuer that may name none has that of the list now. */
  again: ({ sender }: Input, { owner }: IssueContext) => (owner.ownSender ? sender : undefined),
  words: {
    usage: ['--sender NAME', 'who sends the file, as its pages show it'],
    status: ['sender'],
    docs: ['who sends the file (below)', 'none'],
    privacy: [
      '`sender`',
      'who sends the file, as the page shows it',
      'yes, if it names a person',
      '`sender`, `test/unit/edge/pages-words.test.ts`',
    ],
  },
} as const
