import { type ApiDeployment, apiDeployment, type WithIssuers } from '../../../api/local-deployment.ts'
import { parseDeployment } from '../../../shared/settings/deployment.ts'

/** Makes a deployment in two Regions, for the api in the first; `fields` replaces single fields. */
export function testDeployment({ issuers, ...fields }: Partial<WithIssuers> = {}): ApiDeployment {
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions: ['us-east-1', 'eu-west-1'],
    linkOrigin: 'https://files.example.com',
    linksTable: 'links',
    apiStateTable: 'answers',
    secretName: 'keys',
    gate: false,
    ...fields,
  })
  return { ...apiDeployment(deployment, deployment.homeRegions[0], undefined), ...(issuers && { issuers }) }
}
