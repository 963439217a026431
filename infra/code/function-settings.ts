import type { Deployment } from '../../shared/settings/deployment.ts'
import { edgeDeploymentOf } from '../../shared/settings/deployment.ts'

/**
 * Returns the code of a function with its deployment in front, as `DEPLOYMENT`: Lambda@Edge has no environment variables, and a
 * file of its own would be one more to load at every cold start. The edge gets only what it needs, any other function only what its code
 * names, so that a change of the rest changes neither. A deployment holds no secret. The same values give the same bytes.
 */
export function withSettings(code: string, deployment: Deployment, isEdge: boolean): string {
  const named = Object.entries(deployment).filter(([name]) => new RegExp(`\\b${name}\\b`).test(code))
  const needed = isEdge ? edgeDeploymentOf(deployment) : Object.fromEntries(named)
  return `const DEPLOYMENT=${JSON.stringify(needed)};${code}`
}
