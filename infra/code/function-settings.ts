import type { Deployment } from '../../shared/settings/deployment.ts'
import { edgeDeploymentOf } from '../../shared/settings/deployment.ts'

/**
 * Returns the code of a function with its deployment in front, as `DEPLOYMENT`: Lambda@Edge has no environment variables, and a
 * file of its own would be one more to load at every cold start. The edge gets only what it needs, so that other changes don't
 * change its version. A deployment holds no secret. The same values give the same bytes.
 */
export function withSettings(code: string, deployment: Deployment, isEdge: boolean): string {
  return `const DEPLOYMENT=${JSON.stringify(isEdge ? edgeDeploymentOf(deployment) : deployment)};${code}`
}
