import { describe, expect, test } from 'vitest'
import { trialTemplate } from '../../../../cli/deployment/prove/trials/templates.ts'
import { trialCosts } from '../../../../cli/deployment/prove/prove.ts'
import { trialKindOf, trialKinds, trialStack } from '../../../../cli/deployment/prove/trials/trials.ts'
import { tornDownKind } from '../../../../cli/deployment/teardown/history.ts'
import { createGate } from '../../../../emulator/cloudfront/gate.ts'

/** The function that says how addresses are spelled. */
const { Properties } = trialTemplate('ipv6', 'once').Resources['Function'] as { Properties: { FunctionCode: string } }

describe('the throw-away function says how an address is spelled, and never the address', () => {
  const ask = createGate(Properties.FunctionCode)
  test.each([
    ['2001:db8::8a2e:370:7334', 'lower case, compressed, no leading zeros'],
    ['2001:0db8:85a3::8a2e:0370:7334', 'lower case, compressed, zeros kept'],
    ['2001:0DB8:0000:0000:0000:8A2E:0370:7334', 'upper case, not compressed, zeros kept'],
    ['2001:dB8::8A2e:370:7334', 'mixed case, compressed, no leading zeros'],
    ['::ffff:192.0.2.1', 'lower case, compressed, no leading zeros'],
    ['[2001:db8::1]', 'unknown'],
    ['192.0.2.1', 'IPv4'],
  ])('%s', (remoteAddress, shape) => {
    const request = { method: 'GET', url: '/', rawHeaders: [], socket: { remoteAddress } }
    expect(ask(request, 'id')).toMatchObject({ kind: 'response', status: 200, body: shape })
  })
})

test('a teardown deletes throw-away stacks of its deployment, of no other, and before all else', () => {
  for (const kind of trialKinds) {
    const name = trialStack('once', kind)
    expect(tornDownKind({ name, region: 'us-east-1' }, 'once')).toBe('trial')
    expect(tornDownKind({ name, region: 'eu-west-1' }, 'once')).toBeUndefined()
    expect(trialKindOf(name, 'once-prove')).toBeUndefined()
    expect(trialKindOf(trialStack('once-eu', kind), 'once')).toBeUndefined()
  }
})

test('prices come first: each kind has its line, and the plan says how long it lasts', () => {
  const text = trialCosts(trialKinds)
  for (const kind of trialKinds) expect(text).toMatch(new RegExp(`^  ${kind} +(free|less than \\$0\\.01) {2}`, 'm'))
  expect(text).toContain('ends at once, says CloudFront; CLOUDFORMATION MAY WAIT')
})
