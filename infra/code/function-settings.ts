import type { Deployment } from '../../shared/settings/deployment.ts'
import { edgeDeploymentOf } from '../../shared/settings/deployment.ts'

/**
 * Returns the code of a function with its deployment in front, as `DEPLOYMENT`: Lambda@Edge has no environment variables, and a
 * file of its own would be one more to load at every cold start. The edge gets only what it needs, so that other changes don't
 * change its version. A deployment holds no secret. The same values give the same bytes.
 */
export function withSettings(code: string, deployment: Deployment, isEdge: boolean): string {
  return `const DEPLOYMENT=${sourceOf(isEdge ? edgeDeploymentOf(deployment) : deployment)};${code}`
}

/** Returns a value of JSON as an expression, as short as a minifier writes it: the edge's code is loaded at each cold start. */
function sourceOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sourceOf).join()}]`
  if (typeof value === 'boolean') return value ? '!0' : '!1'
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${nameOf(name)}:${sourceOf(member)}`).join()}}`
}

/** Returns the name of a property, in quotes if it needs them, as that of a Region does. */
function nameOf(name: string): string {
  return /^[a-z]\w*$/i.test(name) ? name : JSON.stringify(name)
}
