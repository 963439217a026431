import { DeleteTopicCommand, GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns'
import type { Topics } from '../../ports/ports.ts'
import { clientPerRegion, undefinedIfMissing } from './client.ts'

/** Creates the adapter of SNS. */
export function sns(): Topics {
  const clientIn = clientPerRegion(config => new SNSClient(config))
  return {
    async exists(TopicArn, region) {
      const response = clientIn(region).send(new GetTopicAttributesCommand({ TopicArn }))
      return (await undefinedIfMissing(response, 'NotFoundException')) !== undefined
    },
    async remove(TopicArn, region) {
      await clientIn(region).send(new DeleteTopicCommand({ TopicArn }))
    },
  }
}
