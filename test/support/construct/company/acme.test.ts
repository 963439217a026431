import { expect, test } from '@jest/globals'
import { App, Stack } from 'aws-cdk-lib'
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions'
import { OnceAtEdge, OnceAtEdgeError } from 'once-at-edge-cdk'
import { addAcme } from './acme'

test('the site has links, and cdk-nag has nothing against it', () => {
  const app = new App({ context: { links: 'protected' } })
  const stack = addAcme(app)
  const config = { CacheBehaviors: Match.arrayWith([Match.objectLike({ PathPattern: '/d/*' })]) }
  Template.fromStack(stack).hasResourceProperties('AWS::CloudFront::Distribution', { DistributionConfig: config })
  const all = app.node.children.filter(Stack.isStack)
  expect(all.map(({ stackName }) => stackName)).toEqual(['AcmeGlobal', 'Acme', 'once-us-east-1'])
  for (const each of all) expect(Annotations.fromStack(each).findError('*', Match.anyValue())).toEqual([])
  expect(() => new OnceAtEdge(stack, 'Twin')).toThrow(OnceAtEdgeError)
})
