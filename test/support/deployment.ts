import { type Deployment, parseDeployment } from '../../shared/deployment.ts'

/** A deployment in two Regions; `fields` replaces what differs. */
export function testDeployment(fields: Partial<Deployment> = {}): Deployment {
  return parseDeployment({
    mode: 'home',
    homeRegions: ['us-east-1', 'eu-west-1'],
    linkOrigin: 'https://files.example.com',
    linksTable: 'links',
    answersTable: 'answers',
    secretName: 'keys',
    ...fields,
  })
}
