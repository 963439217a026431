import { endpointIdPattern, endpointIdRule } from '../webhooks/endpoints.ts'
import { echo, type InvalidField } from '../fields.ts'
import type { IssueContext, IssueRequest } from './option.ts'

const schema = {
  type: 'string',
  pattern: endpointIdPattern,
  description:
    'The id of an endpoint of the deployment, which gets a webhook when the link is used, refused after its use, locked, expired, revoked or delivered, or has taken its file.',
  'x-allowed': `the id of an endpoint: ${endpointIdRule}`,
} as const

/** The endpoint that is notified of a link's events. */
export const notify = {
  schema,
  /** Checks that it is an endpoint of the caller. The error lists those, and none of others. */
  check(_input: object, { notify }: IssueRequest, { deployment }: IssueContext): InvalidField[] {
    const ids = deployment.endpoints?.map(({ id }) => id) ?? []
    if (notify === undefined || ids.includes(notify)) return []
    const allowed =
      ids.length === 0 ? 'no endpoint: the deployment has none for this issuer' : `one of ${ids.join(', ')}`
    return [{ field: 'notify', got: echo(notify), allowed }]
  },
  view: { ...schema, description: 'The endpoint that is notified of what becomes of the link.' },
  words: {
    usage: ['--notify ENDPOINT', 'the endpoint of the deployment that gets a webhook of what becomes of the link'],
    status: ['notifies'],
    docs: ['server of yours that is notified ([webhooks](webhooks.md))', 'none'],
    privacy: [
      '`notify`',
      'id of the endpoint that gets events of the link, from your settings',
      'no',
      '`notify`, `endpoints`',
    ],
  },
} as const
