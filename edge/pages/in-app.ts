/**
 * What browsers inside apps have in their User-Agent, and browsers don't. From uap-core (github.com/ua-parser/uap-core), tests/test_ua.yaml
 * at e3c5e63, except for those that name another source.
 */
const patterns = [
  // Any web view of Android: Android Compatibility Definition, 3.4.1, C-1-3.
  /; wv\)/,
  /\[FB|FB_IAB|\bInstagram \d|\bLine\/\d|KAKAOTALK|Snapchat\/|BytedanceWebview|Telegram-Android|MicroMessenger/,
  // As in test/unit/edge/robots.test.ts. LinkedIn says "Safari/" on some iPhones.
  /LinkedInApp/,
  // The app in which Gmail and Google's search open links, and Outlook's.
  /\bGSA\/\d|Outlook-(?:iOS|Android)/,
]

const inApp = new RegExp(patterns.map(({ source }) => source).join('|'))

/**
 * Returns whether a browser is part of an app, as far as its User-Agent says: most of these can't save a file, and share no cookies with
 * the browser of the phone. On iPhones and iPads, only a browser says "Safari/".
 */
export function isInApp(userAgent: string): boolean {
  return inApp.test(userAgent) || (/\(iP(?:hone|ad|od)/.test(userAgent) && !userAgent.includes('Safari/'))
}
