import {
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
} from '@aws-sdk/client-eventbridge'
import type { Events } from '../../ports/ports.ts'
import { allOf, clientPerRegion, pagesOf, undefinedIfMissing } from './client.ts'

/** Creates the adapter of EventBridge. */
export function eventBridge(): Events {
  const clientIn = clientPerRegion(config => new EventBridgeClient(config))
  return {
    async hasBus(Name, region) {
      const response = clientIn(region).send(new DescribeEventBusCommand({ Name }))
      return (await undefinedIfMissing(response, 'ResourceNotFoundException')) !== undefined
    },
    async schedulesOf(TargetArn, region) {
      const client = clientIn(region)
      const pages = pagesOf(
        token => client.send(new ListRuleNamesByTargetCommand({ TargetArn, NextToken: token })),
        page => page.NextToken,
      )
      const names = await allOf(pages, page => page.RuleNames)
      const rules = await Promise.all(names.map(Name => client.send(new DescribeRuleCommand({ Name }))))
      return rules.flatMap(({ State, ScheduleExpression }) => (State === 'ENABLED' ? (ScheduleExpression ?? []) : []))
    },
  }
}
