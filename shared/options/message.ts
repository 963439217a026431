import { echo, type InvalidField } from '../fields.ts'
import { maxText, messageRule, parseMessage } from '../texts/plain-text.ts'
import type { IssueContext, IssueRequest } from './option.ts'

const schema = {
  type: 'string',
  format: 'message',
  minLength: 1,
  maxLength: maxText.message,
  description: `Words to the viewer, as pages show them: ${messageRule}. Always shown as text: addresses in it do not become links. A deployment may have messages off. Viewers see it before they use the link.`,
  'x-allowed': messageRule,
} as const

/** The issuer's words to the viewer. */
export const message = {
  schema,
  /** Parses it, with `\n` for each line break. */
  read: parseMessage,
  /** Refuses a message where the deployment has them off. */
  check(_input: object, { message }: IssueRequest, { deployment }: IssueContext): InvalidField[] {
    if (deployment.messages || message === undefined) return []
    return [{ field: 'message', got: echo(message), allowed: 'no message: this deployment has messages off' }]
  },
  view: { ...schema, description: 'Words to the viewer, as pages show them.' },
  words: {
    usage: ['--message TEXT', 'your words to the viewer, which its pages show as plain text'],
    // On one line: a line of its own could look like a row.
    status: ['message', (text: string) => JSON.stringify(text)],
    field: { rows: 3 },
    docs: ['your words to the viewer (below)', 'none'],
    privacy: [
      '`message`',
      'a word to the viewer, as the page shows it',
      'yes, if it names people; `messages: false` refuses messages',
      '`message`, `messages`, `test/unit/edge/pages-words.test.ts`',
    ],
  },
} as const
