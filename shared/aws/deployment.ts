import type { Deployment } from '../settings/deployment.ts'

/** The deployment's configuration, which the bundler inlines. */
declare const DEPLOYMENT: Deployment

/** The deployment of the function that this file is bundled into: only main files import it. The edge has another part of it. */
export const deployment = DEPLOYMENT
