import { Duration } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Endpoint } from '../../shared/webhooks/endpoints.ts'
import { eventSource, webhookTypes } from '../../shared/webhooks/webhook.ts'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { arn } from '../placement/names.ts'
import { publishesReceived } from '../placement/placement.ts'
import { edgeStackRegion } from '../settings/settings.ts'
import { createDeadLetterQueue, createQueue } from './queue.ts'
import { RegionalFunction } from './regional-function.ts'

/** Props of `Webhooks`. */
export interface WebhooksProps extends DeploymentProps {
  /** The bus of events, in this stack. */
  readonly bus: events.IEventBus
}

/** Timeout of the function, in seconds: an attempt of 15, and calls of Secrets Manager and of the queue. */
const timeoutSeconds = 60

/** Seconds for which a message is hidden while the function has it: six times its timeout (Lambda, "Using Lambda with Amazon SQS"). */
const visibilitySeconds = 6 * timeoutSeconds

/**
 * Receives after which SQS itself moves a message to the dead-letter queue. The function does so after eight attempts; this is for
 * messages that it never comes to an end with.
 */
const maxReceives = 16

/** Calls of the function at the same time for one endpoint, ten requests each; two is the fewest that AWS allows. */
const maxConcurrency = 2

/** Most messages in one call of the function, which sends all of them at the same time. */
const batchSize = 10

/**
 * Webhooks: a rule and a queue for each endpoint, so that one which is slow or fails holds up no other, a function that sends, and one
 * dead-letter queue, which keeps payloads.
 */
export class Webhooks extends Construct {
  constructor(scope: Construct, id: string, { settings, names, bus }: WebhooksProps) {
    super(scope, id)
    const endpoints = settings.endpoints ?? []
    const visibilityTimeout = Duration.seconds(visibilitySeconds)
    const dead = createDeadLetterQueue(this, 'Dead', { queueName: names.deadWebhooks, visibilityTimeout })
    const sender = new RegionalFunction(this, 'Notifier', {
      folder: 'webhooks',
      settings,
      functionName: names.jobFunction('webhooks'),
      description: 'Sends webhooks to endpoints',
      timeout: timeoutSeconds,
      environment: { DEAD_LETTER_URL: dead.queueUrl },
    })
    // An update leaves rules as they are where no link takes a file.
    const types = Object.keys(webhookTypes).filter(type => type !== 'File received' || publishesReceived(settings))
    const queues = endpoints.map(endpoint => {
      const queue = createQueue(this, `Queue-${endpoint.id}`, {
        queueName: names.endpointQueue(endpoint.id),
        visibilityTimeout,
        deadLetterQueue: { queue: dead, maxReceiveCount: maxReceives },
      })
      this.#forward(endpoint, queue, { bus, dead, types })
      sender.readFrom(this, `Source-${endpoint.id}`, { eventSourceArn: queue.queueArn, batchSize, maxConcurrency })
      return queue
    })
    const ownQueues = queues.map(({ queueArn }) => queueArn)
    sender.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      ownQueues,
    )
    sender.allow(['sqs:SendMessage'], [dead.queueArn])
    this.#allowSecrets(sender, endpoints)
  }

  /** Forwards events of these types that name the endpoint to its queue. What the queue doesn't accept goes to the dead-letter queue. */
  #forward(
    { id }: Endpoint,
    queue: sqs.Queue,
    { bus, dead, types }: { bus: events.IEventBus; dead: sqs.Queue; types: string[] },
  ): void {
    new events.Rule(this, `Rule-${id}`, {
      eventBus: bus,
      description: `Events of links that notify the endpoint ${id}`,
      eventPattern: { source: [eventSource], detailType: types, detail: { notify: [id] } },
      targets: [new targets.SqsQueue(queue, { deadLetterQueue: dead })],
    })
  }

  /** Allows reading the secrets by their names: Secrets Manager adds six characters to each. */
  #allowSecrets(sender: RegionalFunction, endpoints: readonly Endpoint[]): void {
    const secrets = [...new Set(endpoints.map(({ secretName }) => secretName))]
    const arns = secrets.map(secretName => arn('secretsmanager', edgeStackRegion, `secret:${secretName}-??????`))
    sender.allow(['secretsmanager:GetSecretValue'], arns)
    const reason = 'Secrets Manager chooses the last six characters of the ARN of a secret of yours.'
    acknowledge(sender.role, Object.fromEntries(arns.map(each => [`IAM5[Resource::${each}]`, reason])))
  }
}
