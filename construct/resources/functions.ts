import type { Construct } from 'constructs'
import { type FunctionProps, RegionalFunction } from './regional-function.ts'
import type { Purpose } from './key-function-actions.ts'

/** The function of `/links`, which issues, shows, lists and revokes links. */
export class LinksFunction extends RegionalFunction {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, { ...props, folder: 'links', handler: 'handler' })
  }
}

/** The function of `/exchange`, which exchanges a link for a presigned URL. */
export class ExchangeFunction extends RegionalFunction {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, { ...props, folder: 'exchange', handler: 'handler' })
  }
}

/** The function that removes links after `purgeAt`, where the table has no TTL. */
export class SweeperFunction extends RegionalFunction {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, { ...props, folder: 'sweeper', handler: 'handler' })
  }
}

/** The exports of keys/main.ts, by the purpose for which a function calls them. */
const keyHandlers = {
  create: 'customResource',
  rotate: 'rotation',
  retire: 'retirement',
  'invalidate-links': 'invalidateLinks',
} as const satisfies Record<Purpose, string>

/** A function of the keys, for one purpose. All have the same code. */
export class KeysFunction extends RegionalFunction {
  constructor(scope: Construct, purpose: Purpose, props: FunctionProps) {
    super(scope, purpose, { ...props, folder: 'keys', handler: keyHandlers[purpose] })
  }
}

/** The function that reads the stream of the links table. */
export class EventsFunction extends RegionalFunction {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, { ...props, folder: 'events', handler: 'handler' })
  }
}

/** The function that sets the retention of the edge's logs and copies metrics to us-east-1. */
export class WatchFunction extends RegionalFunction {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, { ...props, folder: 'watch', handler: 'handler' })
  }
}

/** The function that sends webhooks. */
export class NotifierFunction extends RegionalFunction {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, { ...props, folder: 'notifier', handler: 'handler' })
  }
}

/** The function that reads CloudFront's access logs, to know deliveries. */
export class DeliveredFunction extends RegionalFunction {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, { ...props, folder: 'delivered', handler: 'handler' })
  }
}

/** The function that checks access tokens for the token API. */
export class AuthorizerFunction extends RegionalFunction {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, { ...props, folder: 'authorizer', handler: 'handler' })
  }
}
