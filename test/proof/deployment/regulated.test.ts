import { wholeLife } from '../../support/ministack/scenario.ts'
import { takesTokens, tokenSettings } from '../../support/ministack/token-api.ts'

wholeLife('a deployment of profile regulated in mode strong with an audit lives its whole life on MiniStack', {
  context: [
    'profile=regulated',
    'mode=strong',
    'homeRegions=us-east-1,us-east-2,us-west-2',
    'audit=true',
    ...tokenSettings,
  ],
  more: takesTokens,
})
