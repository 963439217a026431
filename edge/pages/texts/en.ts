import { siSizes } from '../../../shared/texts/size.ts'
import type { ErrorPageTexts, GateTexts, PageTexts, PassphraseTexts, Texts } from './texts.ts'

const pages: PageTexts = {
  file: [
    'You have been sent a file',
    'This link works once. Looking at this page does not use it; pressing the button does.',
  ],
  media: [
    'You have been sent a recording',
    'This link works once. Looking at this page does not use it; pressing the button does.',
  ],
  several:
    'This link works in a limited number of browsers, once in each. Looking at this page does not use it; pressing the button does.',
  download: 'Download the file',
  play: 'Play',
  from: 'From:',
  given:
    'These details came with the link and were not checked. If you do not expect this file, ask the sender in another way first.',
  until: 'The link works until TIME (LEFT).',
  past: 'This page was left open too long: its link has expired. Ask the sender for a new one.',
  onceMore: 'Please press the button once more. If you see this again, allow this site to set cookies.',
  inApp:
    'Open this in your browser first: many apps cannot save files. In the menu of the app (⋯ or ⋮), choose “Open in browser”.',
  unplayable: {
    hls: 'This browser cannot play this recording. The link is not used yet: open it in Safari, or in a current Chrome or Edge.',
    dash: 'Browsers cannot play this recording by themselves. Do not use the link here: ask the sender for a download link.',
  },
  started: [
    'Your download has started',
    'Your browser shows where it saves the file. The link that led here has been used: it opens nothing for others.',
  ],
  startedSeveral: 'Your browser shows where it saves the file. In this browser, the link that led here has been used.',
  startAgain: 'Start it again',
  startsUntil: 'You can start it again until TIME (LEFT).',
  lost: 'If it does not arrive, start it again. After that time, ask the sender for a new link.',
  startsNoMore: 'It cannot be started again here. If it did not arrive, ask the sender for a new link.',
  player: [
    'Ready to play',
    'Keep this page open: the link that led here has been used. If nothing plays, this browser may not know the format; then ask the sender for a download link.',
  ],
  save: 'Save it as a file',
  playsUntil: 'You can play until TIME (LEFT).',
  playsNoMore: 'The time to play has passed. Ask the sender for a new link.',
  validFrom: 'It works from TIME (LEFT).',
  usedByYou: 'You opened this on TIME. If you still need the file, ask the sender for a new link.',
  usedByOther: 'It was opened on TIME. If that was not you, tell the sender, and ask for a new link.',
  usedUp: 'It was used in as many browsers as it works in. Ask the sender for a new one.',
  tryAgain: 'Try again',
  ask: 'Ask the sender for a new link',
  asked: 'The sender was asked',
  unasked: 'The sender was not asked',
  askedNext: 'If no new link comes, ask in another way.',
  types: {
    pdf: 'PDF document',
    document: 'text document',
    sheet: 'spreadsheet',
    slides: 'presentation',
    picture: 'picture',
    video: 'video',
    audio: 'audio',
    archive: 'archive',
    text: 'plain text',
    page: 'web page',
    program: 'program',
  },
  sizes: siSizes,
  dates: {
    weekdays: 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday',
    months: 'January February March April May June July August September October November December',
    dates: ['{w}, {d} {m}, {t} UTC', '{w}, {d} {m} {y}, {t} UTC'],
    left: ['in 1 second', 'in # seconds', 'in # minutes', 'in # hours', 'in # days'],
  },
}

const passphrase: PassphraseTexts = {
  title: 'This link asks for a passphrase',
  detail:
    'The sender gives it to you in another way, such as by phone. It is not one of your own passwords. Capitals, spaces and hyphens make no difference.',
  label: 'Passphrase',
  open: 'Open the link',
  again:
    'Please type the passphrase and press the button once more. If you see this again, allow this site to set cookies.',
  notOpened: 'That did not open the link. Check the passphrase, or ask the sender for a new link.',
  wrong: 'This passphrase is wrong. The link was not used. Tries left: COUNT.',
}

/** The same for the gate, which has room for its own part only. */
export const gate: GateTexts = {
  AGAIN:
    'Open the link again in the browser or program that opened it first. If that does not help, ask the sender for a new link.',
  altered: ['This address has been changed', 'AGAIN'],
  'other-address': [
    'This download is for another network',
    'It works only in the network in which the link was opened: go back to it, or ask for a new link.',
  ],
  'other-client': ['This download is for another browser or program', 'AGAIN'],
}

/** The same for the pages of CloudFront’s own errors, which show all languages at once. */
export const errorPages: ErrorPageTexts = {
  403: [
    'This download cannot be opened here',
    'Its time may have passed, your network may have changed, the address may be incomplete, or the sender may have removed the file. Go back to the network in which you opened the link. If that does not help, ask the sender for a new link.',
  ],
  404: ['This file is no longer here', 'The sender may have removed or replaced it. Ask the sender for a new link.'],
}

/** English. The refusals are in shared/refusal.ts. */
export const english: Texts = { pages, passphrase }
