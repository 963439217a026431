import { expect, onTestFinished, test, vi } from 'vitest'
import { bundleFunction } from '../../../infra/code/bundle.ts'
import { testDeployment } from '../../support/edge/deployment.ts'
import { loadBundle } from '../../support/edge/load-bundle.ts'

test('the bundled function that reads the stream does not load with half of a bus', async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('EVENT_BUS', 'arn:aws:events:us-east-1:111122223333:event-bus/shop')
  onTestFinished(() => void vi.unstubAllEnvs())
  const loading = bundleFunction('jobs/events/main.ts', testDeployment({ name: 'shop' })).then(loadBundle)
  await expect(loading).rejects.toThrow('set both EVENT_BUS and EVENT_BUS_REGION, or none')
})
