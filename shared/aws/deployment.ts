import type { Deployment } from '../settings/deployment.ts'

/** The deployment's configuration, which the bundler inlines. */
declare const DEPLOYMENT: Deployment

/** What the function that this file is bundled into names of its deployment: only main files import it. The edge has another part. */
export const deployment = DEPLOYMENT
