import { type ApiDeployment, apiDeployment } from '../../api/local-deployment.ts'
import { type Deployment, parseDeployment } from '../../shared/deployment.ts'

/** Makes a deployment in two Regions, for the api in the first; `fields` replaces single fields. */
export function testDeployment(fields: Partial<Deployment> = {}): ApiDeployment {
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions: ['us-east-1', 'eu-west-1'],
    linkOrigin: 'https://files.example.com',
    linksTable: 'links',
    apiStateTable: 'answers',
    secretName: 'keys',
    ...fields,
  })
  return apiDeployment(deployment, deployment.homeRegions[0], undefined)
}
