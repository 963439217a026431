import { describe, expect, test } from 'vitest'
import { isInApp } from '../../../edge/pages/in-app.ts'
import { createPages } from '../../../edge/pages/pages.ts'
import { texts } from '../../../edge/pages/texts/languages.ts'
import { respond } from '../../../edge/redeem/respond.ts'
import { parseViewerRequest } from '../../../edge/redeem/viewer-request.ts'
import { languages } from '../../../shared/texts/brand.ts'
import { displayedRefusal } from '../../../shared/refusal.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'

const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const android = (model: string) =>
  `Mozilla/5.0 (Linux; Android 14; ${model}) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36`
const instagram = `${iphone} Mobile/15E148 Instagram 361.0.0.35.82 (iPhone14,5; iOS 18_6; en_US; en; scale=3.00; 1170x2532)`

describe('a browser in an app is one:', () => {
  test.each([
    ['Instagram', instagram],
    ['Facebook', `${iphone} Mobile/15E148 [FBAN/FBIOS;FBAV/490.0.0.41.104;FBBV/664418427;FBDV/iPhone14,5;FBMD/iPhone]`],
    ['Facebook for Android', `${android('SM-A910F; wv')} [FB_IAB/FB4A;FBAV/490.0.0.41.104;]`],
    ['LinkedIn', `${iphone} Mobile/15E148 Safari/604.1 [LinkedInApp]/9.78.4909`],
    ['Line', `${iphone} Mobile/15E148 Safari Line/15.10.0`],
    ['Line for Android', `${android('Pixel 8')} Line/15.10.0/IAB`],
    ['Google’s app, in which Gmail opens links', `${iphone} GSA/312.0.626720729 Mobile/15E148 Safari/604.1`],
    ['Outlook', `${iphone} Mobile/15E148 Outlook-iOS/709.2144270.prod.iphone`],
    ['Outlook for Android', `${android('SM-S928N')} Outlook-Android/4.2.1`],
    ['Telegram', `${android('K')} Telegram-Android/12.1.0 (Google Pixel 8; Android 14; SDK 34; AVERAGE)`],
    ['KakaoTalk', `${iphone} Mobile/15E148 Safari/604.1 KAKAOTALK/11.3.1 (INAPP)`],
    ['Snapchat', `${iphone} Mobile/15E148 Snapchat/13.20.0.43 (like Safari/8613.2.6.0.2, panda)`],
    ['a web view of Android', android('Pixel 8 Build/AP2A.240905.003; wv')],
    ['a web view of an iPhone', `${iphone} Mobile/15E148`],
  ])('%s', (_, userAgent) => {
    expect(isInApp(userAgent)).toBe(true)
  })
})

describe('a browser is not taken for one in an app:', () => {
  test.each([
    ['Safari', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15'],
    ['Safari of an iPhone', `${iphone} Version/18.6 Mobile/15E148 Safari/604.1`],
    ['Chrome of an iPhone', `${iphone} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1`],
    ['Firefox of an iPhone', `${iphone} FxiOS/146.0 Mobile/15E148 Safari/604.1`],
    ['Edge of an iPhone', `${iphone} Version/18.0 EdgiOS/142.0.3595.66 Mobile/15E148 Safari/604.1`],
    ['Chrome of Android', android('K').replace(' Version/4.0', '')],
    ['Samsung’s browser', android('K').replace('Version/4.0', 'SamsungBrowser/28.0')],
    ['Firefox of Android', 'Mozilla/5.0 (Android 14; Mobile; rv:146.0) Gecko/146.0 Firefox/146.0'],
    ['Firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0'],
    ['Chrome', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36'],
    ['none', ''],
  ])('%s', (_, userAgent) => {
    expect(isInApp(userAgent)).toBe(false)
  })
})

const clock = manualClock()
const pages = createPages(undefined, clock)
const { link } = makeLink({})
const question = { form: `mibq1x2y.${'x'.repeat(22)}`, cookie: 'x'.repeat(22), expiresAt: secondsFromNoon(86_400) }

/** Returns the page that a browser gets for an outcome of a link with or without a passphrase, or for a refused try. */
function pageFor(kind: 'confirmation' | 'passphrase' | 'refused', userAgent: string, language: string): string {
  const headers = { Accept: 'text/html', 'Accept-Language': language, 'User-Agent': userAgent }
  const request = parseViewerRequest(viewerRequest({ uri: '/d/x', method: 'GET', headers }))
  const known = { linkId: link.id, storeMs: 1 }
  const asked = { ...question, passphrase: kind !== 'confirmation' }
  const refusal = displayedRefusal('spent', true)
  const outcome =
    kind === 'refused'
      ? ({ kind, reason: 'spent', question: asked, ...known } as const)
      : ({ kind: 'unconfirmed', question: asked, media: false, file: link, ...known } as const)
  return respond(outcome, request, { pages, refusal }).body ?? ''
}

describe.each(languages)('in %s, an app’s browser', language => {
  test('is asked to open another before the button, which stays, and others are not', () => {
    for (const kind of ['confirmation', 'passphrase'] as const) {
      const [before = '', after = ''] = pageFor(kind, instagram, language).split('<button>')
      expect(before).toContain(`<p class="note">${texts[language].pages.inApp}</p>`)
      expect(after).toContain('</button>')
      expect(pageFor(kind, 'Firefox/146.0', language)).not.toContain(texts[language].pages.inApp)
    }
  })

  test('sees the same with uniform refusals, whether the link of a passphrase works or not', () => {
    expect(pageFor('refused', instagram, language)).toBe(pageFor('passphrase', instagram, language))
  })
})
