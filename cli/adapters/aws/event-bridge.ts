import { DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import type { Events } from '../../ports/ports.ts'
import { clientPerRegion, undefinedIfMissing } from './client.ts'

/** Creates the adapter of EventBridge. */
export function eventBridge(): Events {
  const clientIn = clientPerRegion(config => new EventBridgeClient(config))
  return {
    async hasBus(Name, region) {
      const response = clientIn(region).send(new DescribeEventBusCommand({ Name }))
      return (await undefinedIfMissing(response, 'ResourceNotFoundException')) !== undefined
    },
  }
}
