import type { Deployment } from '../shared/deployment.ts'
import { echo, type InvalidField } from '../shared/fields.ts'
import type { Link } from '../shared/link.ts'

/** Refuses a message where the deployment has them off. */
export function checkMessage({ message }: Pick<Link, 'message'>, { messages }: Deployment): InvalidField[] {
  if (messages || message === undefined) return []
  return [{ field: 'message', got: echo(message), allowed: 'no message: this deployment has messages off' }]
}
