import { type ApiDeployment, apiDeployment } from '../../api/local-deployment.ts'
import { type Deployment, parseDeployment } from '../../shared/deployment.ts'

/** A deployment in two Regions as the first one's api finds it; `fields` replaces what differs. */
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
