import { expect, test } from 'vitest'
import { familyOf } from '../../../shared/redemption/receipt.ts'

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const windows = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit}`
const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'

test.each([
  [`${windows} Chrome/126.0.0.0 Safari/537.36`, 'Chrome'],
  [`${iphone} CriOS/126.0.6478.153 Mobile/15E148 Safari/604.1`, 'Chrome'],
  [`${windows} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`, 'Edge'],
  [`${windows} Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763`, 'Edge'],
  [
    `Mozilla/5.0 (Linux; Android 10; HD1913) ${webkit} Chrome/126.0.6478.122 Mobile Safari/537.36 EdgA/125.0.2535.96`,
    'Edge',
  ],
  [`${iphone} Version/17.0 EdgiOS/125.2535.96 Mobile/15E148 Safari/605.1.15`, 'Edge'],
  [`${windows} Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0`, 'Opera'],
  [
    `Mozilla/5.0 (Linux; Android 14; SM-S928B) ${webkit} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`,
    'Samsung Internet',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox'],
  [`${iphone} FxiOS/128.0 Mobile/15E148 Safari/605.1.15`, 'Firefox'],
  [`${iphone} Version/17.5 Mobile/15E148 Safari/604.1`, 'Safari'],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'bot'],
  ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'bot'],
  ['curl/8.5.0', 'curl'],
  ['Wget/1.21.4', 'wget'],
  ['python-requests/2.32.3', 'program'],
  ['once-at-edge', 'once-at-edge'],
  ['once-at-edge/0.2', 'once-at-edge'],
  ['once-at-edges', 'other'],
  ['node', 'program'],
  ['Dart/3.4 (dart:io)', 'program'],
  ['Files/17 CFNetwork/1496.0.7 Darwin/23.5.0', 'app'],
  ['MyPlayer/1.0 (Linux; Android 14) ExoPlayer/2.19.1', 'app'],
  ['Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)', 'other'],
  ['', 'other'],
])('%j is %s', (userAgent, family) => {
  expect(familyOf(userAgent)).toBe(family)
})

test('a family contains nothing of the header, whatever its text', () => {
  for (const text of ['Chrome/126.0.6478.122', 'x'.repeat(10_000), 'Firefox/secret words'])
    expect(familyOf(text)).toMatch(/^[A-Za-z ]{3,16}$/)
})
