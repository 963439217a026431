import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { isDeclaredRobot } from '../../../edge/redeem/robots.ts'

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const windows = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit}`
const linux = `Mozilla/5.0 (X11; Linux x86_64) ${webkit}`
const android = (model: string) =>
  `Mozilla/5.0 (Linux; Android 10; ${model}) ${webkit} Chrome/142.0.0.0 Mobile Safari/537.36`
const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)'

describe('a client that declares itself a robot is treated as one:', () => {
  test.each([
    // Chat and social previews.
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    'Slack-ImgProxy (+https://api.slack.com/robots)',
    'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
    'facebookexternalhit/1.1;kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984',
    'facebookcatalog/1.0',
    'meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)',
    'Twitterbot/1.0',
    'WhatsApp/2.23.20.0 A',
    'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
    'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
    'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com',
    `Mozilla/5.0 ${webkit.slice(0, -1)}; compatible; MicrosoftPreview/2.0; +https://aka.ms/MicrosoftPreview) Chrome/100.0.4896.127 Safari/537.36`,
    'Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)',
    'Pinterest/0.2 (+https://www.pinterest.com/bot.html)',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.9; rv:28.0) Gecko/20100101 Firefox/28.0 (FlipboardProxy/1.6; +http://flipboard.com/browserproxy)',
    'Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots',
    'Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)',
    'http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/)',
    'Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.social/)',
    'Mattermost-Bot/1.1',
    'Mozilla/5.0 (compatible; ZulipURLPreview/11.4; +https://chat.example.org)',
    'Nextcloud Server Crawler',
    'Iframely/1.3.1 (+https://iframely.com/docs/about)',
    'ClickUpLinkUnfurler/1.0 (+https://clickup.com)',
    'Yahoo:LinkExpander:Slingstone',
    'Discourse Forum Onebox v2025.11.0',
    // Mail, security and image proxies.
    'Barracuda Sentinel (EE)',
    'Proofpoint URL Defense',
    'Mimecast',
    'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html',
    'Google-Safety',
    `${linux} Chrome/49.0.2623.75 Safari/537.36 Google Favicon`,
    'Mozilla/5.0 (compatible; Google-InspectionTool/1.0)',
    'Mozilla/5.0 (compatible; Google-Site-Verification/1.0)',
    'Google-AdWords-Express',
    `Mozilla/5.0 (X11; Linux x86_64) ${webkit.slice(0, -1)}; compatible; Google-Agent)`,
    `Mozilla/5.0 (X11; Linux x86_64) ${webkit.slice(0, -1)}; compatible; GoogleAgent-Mariner) Chrome/142.0.7444.162 Safari/537.36`,
    'GoogleOther',
    'Mediapartners-Google',
    'APIs-Google (+https://developers.google.com/webmasters/APIs-Google.html)',
    'Kaspersky Lab CFR link resolver cfradmins@kaspersky.com',
    'AppEngine-Google; (+http://code.google.com/appengine; appid: s~virustotalcloud)',
    'Mozilla/5.0 (compatible; CloudflareRadarURLScanner; +https://radar.cloudflare.com/)',
    'TwinWaveScanner',
    // Search, archives and AI.
    `${linux} Chrome/56.0.2924.87 Safari/537.36 Google-PageRenderer Google (+https://developers.google.com/+/web/snippet/)`,
    `Mozilla/5.0 ${webkit.slice(0, -1)}; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36`,
    `${mac} Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)`,
    'Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)',
    'Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)',
    'Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)',
    'ia_archiver (+http://www.alexa.com/site/help/webmasters; crawler@alexa.com)',
    'Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)',
    'FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)',
    `${linux} Chrome/118.0.0.0 Safari/537.36 ArchiveBox/0.7.2 (+https://github.com/ArchiveBox/ArchiveBox/)`,
    'Prerender (+https://github.com/prerender/prerender)',
    `Mozilla/5.0 ${webkit.slice(0, -1)}; compatible; GPTBot/1.2; +https://openai.com/gptbot)`,
    `Mozilla/5.0 ${webkit.slice(0, -1)}; compatible; Claude-User/1.0; +Claude-User@anthropic.com)`,
    // Checkers, monitors and headless browsers.
    'W3C_Validator/1.3 http://validator.w3.org/services',
    'W3C-checklink/4.81 libwww-perl/6.67',
    'Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0) LinkCheck by Siteimprove.com',
    'CapsuleChecker (http://www.capsulink.com/)',
    'check_http/v2.2.1 (nagios-plugins 2.2.1)',
    'LogicMonitor SiteMonitor/1.0',
    'Amazon-Route53-Health-Check-Service (ref b0eb04d5-cb5e-40e7-839b-558e52fc3f0d; report http://amzn.to/1vsZADi)',
    `${windows} Chrome/98.0.4758.102 Safari/537.36 (StatusCake)`,
    'Datadog/Synthetics',
    'www.deadlinkchecker.com XMLHTTP/1.0',
    'Screaming Frog SEO Spider/22.2',
    'Uptime-Kuma/1.23.16',
    'Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)',
    `${linux} Chrome/134.0.0.0 Safari/537.36 Chrome-Lighthouse`,
    'Scrapy/2.11.2 (+https://scrapy.org)',
    // In any case.
    'GOOGLEBOT',
  ])('%s', userAgent => {
    expect(isDeclaredRobot(userAgent)).toBe(true)
  })
})

describe('a person is not treated as a robot, whatever the browser, app or phone:', () => {
  test.each([
    `${iphone} Mobile/15E148 Instagram 361.0.0.35.82 (iPhone14,5; iOS 18_6; en_US; en; scale=3.00; 1170x2532)`,
    `${iphone} Mobile/15E148 [FBAN/FBIOS;FBAV/490.0.0.41.104;FBBV/664418427;FBDV/iPhone14,5;FBMD/iPhone]`,
    `${iphone} Mobile/15E148 [Pinterest/iOS]`,
    `${android('SM-A530F')} [Pinterest/Android]`,
    `${iphone} Mobile/15E148 Safari Line/15.10.0`,
    `${iphone} Mobile/15E148 KAKAOTALK/25.8.2 (INAPP)`,
    `${iphone} Mobile/15E148 Snapchat/13.20.0.43 (like Safari/8613.2.6.0.2, panda)`,
    `${iphone} Mobile/15E148 Twitter for iPhone/11.20`,
    `${iphone} Mobile/15E148 [LinkedInApp]/9.31`,
    `${android('Pixel 8')} Telegram-Android/12.1.0 (Google Pixel 8; Android 14; SDK 34; AVERAGE)`,
    `${windows} Chrome/134.0.0.0 Electron/35.0.0 Safari/537.36 Slack_SSB/4.45.0`,
    `${windows} Teams/25290.302.4044.3989 Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
    `${android('SM-S918B; wv')} CamScanner/6.80.0.2410170000`,
    `${iphone} Mobile/15E148 QRScanner/3.2`,
    'Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)',
    'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; .NET CLR 2.0.50727; ms-office; MSOffice 16)',
    android('CUBOT X9'),
    android('Barcode Scanner SL-100 Build/QP1A'),
    android('HealthMonitor 2'),
    android('Robot'),
    android('XBot_Senior Build/O11019'),
    android('M bot 54'),
    android('Spider 8'),
    'Mozilla/5.0 (Linux; U; Android 4.2.2; fr-fr; CUBOT C11 Build/JDQ39) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30',
    'Mozilla/5.0 (Linux; U; Android 4.2.2; fr-fr; M bot 51) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30',
    android('Phantom6'),
    'Safari%20Technology%20Preview/15610.1.16.3 CFNetwork/1126 Darwin/19.5.0 (x86_64)',
    'Mastodon/374 CFNetwork/3826.600.41 Darwin/24.6.0',
    'Scrapbook/3.4 CFNetwork/3826.600.41 Darwin/24.6.0',
    `${android('SM-A155F; wv')} BOTIM/4.2.0`,
  ])('%s', userAgent => {
    expect(isDeclaredRobot(userAgent)).toBe(false)
  })
})

describe('a plain program is not treated as a robot, because a person has it fetch the link:', () => {
  test.each([
    '',
    'curl/8.14.1',
    'python-requests/2.32.5',
    'Python/3.13 aiohttp/3.12.15',
    'Reports/17 CFNetwork/3826.600.41 Darwin/24.6.0',
    'Go-http-client/2.0',
    'AndroidDownloadManager/14 (Linux; U; Android 14; Pixel 8 Build/AP2A.240905.003)',
    'Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A.240405.002)',
    'Media3/1.8.0 (Linux;Android 14) ExoPlayerLib/2.19.1',
    'AppleCoreMedia/1.0.0.22G86 (iPhone; U; CPU OS 18_6 like Mac OS X; en_us)',
    'VLC/3.0.21 LibVLC/3.0.21',
    'node-fetch/1.0 (+https://github.com/bitinn/node-fetch)',
    'Overcast/3.0 (+http://overcast.fm/; iOS podcast app)',
    'Google-HTTP-Java-Client/1.47.0 (gzip)',
    'AppEngine-Google; (+http://code.google.com/appengine; appid: s~partner)',
    'Mozilla/5.0 (compatible; Google-Apps-Script; beanserver; +https://script.google.com; id: UAEmdDd)',
    'Apache-HttpClient/5.5 (Java/21.0.8)',
    'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Word 16.0.19127; Pro)',
  ])('%j', userAgent => {
    expect(isDeclaredRobot(userAgent)).toBe(false)
  })
})

describe('the list is fast and small enough for every request', () => {
  const file = join(import.meta.dirname, '../../../edge/redeem/robots.ts')
  const expressions = readFileSync(file, 'utf8').match(/^ {2}\/(?![/*]).*\/,$/gm) ?? []

  test('no pattern repeats without limit, so no header makes it slow', () => {
    expect(expressions.length).toBeGreaterThan(4)
    const unlimited = /(?<!\\)[*+]|\{\d+,\}/
    for (const expression of expressions) expect(unlimited.exec(expression)?.[0], expression).toBeUndefined()
    // The check itself can fail.
    for (const bad of ['/a+/,', '/(?:a|b)*/,', '/a{2,}/,']) expect(unlimited.test(bad), bad).toBe(true)
  })

  test.each([
    ['a letter', 'a', false],
    ['the repeated start of a crawler', 'compatible; ', false],
    ['the same with a plus and no address', 'compatible;+ ', false],
    ['phones', 'android 4.4; cubot', false],
    ['mobile phones', 'mobile camscan', false],
    ['a Mastodon without a version', 'mastodon/', false],
    ['bots', 'bot ', true],
  ])('10 KB of %s are matched to the end', (_, part, expected) => {
    expect(isDeclaredRobot(part.repeat(Math.ceil(10_240 / part.length)))).toBe(expected)
  })

  test('a robot is found after 10 KB of other text', () => {
    expect(isDeclaredRobot(`${'x '.repeat(5120)}Googlebot/2.1`)).toBe(true)
  })

  test('it takes less than 1 KB of the bundle', async () => {
    const { outputFiles } = await build({
      entryPoints: [file],
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    })
    expect(outputFiles[0]?.contents.length).toBeLessThanOrEqual(1024)
  })
})
