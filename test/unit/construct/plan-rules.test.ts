import { describe, expect, test } from 'vitest'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { regulated, standard, starter } from '../../../infra/app/profiles.ts'

const arn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/a1b2'

describe('with a flat-rate plan, settings are refused by name that the plan refuses:', () => {
  test.each<readonly [string, object, readonly string[]]>([
    ['no web ACL', { plan: 'free', firewall: 'none' }, ['firewall: got "none", allowed: "plan" or the ARN']],
    ['an answer of our own', { plan: 'free', firewall: 'own' }, ['firewall: got "own", allowed: "plan" or the ARN']],
    ['access logs', { plan: 'free', accessLogs: true }, ['accessLogs: got true, allowed: false with the plan free']],
    [
      'deliveries',
      { plan: 'free', deliveryProof: true },
      ['deliveryProof: got true, allowed: false with the plan free'],
    ],
    ['a cache', { plan: 'free', cacheSeconds: 1 }, ['cacheSeconds: got 1, allowed: 0 with the plan free']],
    [
      'a policy for pages',
      { plan: 'pro', pageOrigins: ['https://portal.example.com'] },
      [
        'pageOrigins: got ["https://portal.example.com"], allowed: none with the plan pro, which allows no response headers policy',
      ],
    ],
    ['all at once', { ...regulated, plan: 'free' }, ['firewall: got "own"', 'accessLogs: got true']],
    ['a web ACL of a plan, without a plan', { firewall: 'plan' }, ['firewall: got "plan", allowed: "none", "own"']],
    ['a plan that we do not know', { plan: 'premium' }, ['plan: got "premium", allowed: "free", "pro" or "business"']],
  ])('%s', (_, settings, messages) => {
    for (const message of messages) expect(() => parseSettings({ ...standard, ...settings })).toThrow(message)
  })

  test.each([
    { ...starter, plan: 'free' },
    { ...starter, plan: 'free', firewall: arn },
    { ...standard, plan: 'pro', firewall: 'own', accessLogs: true },
    { ...standard, mode: 'strong', plan: 'pro' },
    { ...regulated, plan: 'business', cacheSeconds: 60 },
    { ...standard, firewall: arn, cacheSeconds: 60, accessLogs: true },
  ])('but not %j', settings => {
    expect(parseSettings(settings)).toMatchObject(settings)
  })
})
