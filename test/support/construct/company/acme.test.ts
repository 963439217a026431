import { expect, test } from '@jest/globals'
import { App } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { OnceAtEdgeError } from 'once-at-edge-cdk'
import { addAcme } from './acme'

test('links are opened at the site', () => {
  const app = new App({ context: { links: 'protected' } })
  const config = { CacheBehaviors: Match.arrayWith([Match.objectLike({ PathPattern: '/d/*' })]) }
  Template.fromStack(addAcme(app)).hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: Match.objectLike(config),
  })
  expect(() => addAcme(app)).toThrow()
  expect(OnceAtEdgeError).toBeDefined()
})
