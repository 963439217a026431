import { siSizes } from '../file.ts'
import type { Messages } from './messages.ts'

/** English. The refusals are in shared/refusal.ts. */
export const english: Messages = {
  file: [
    'You have been sent a file',
    'This link works once. Looking at this page does not use it; pressing the button does.',
  ],
  media: [
    'You have been sent a recording',
    'This link works once. Looking at this page does not use it; pressing the button does.',
  ],
  download: 'Download the file',
  play: 'Play',
  until: 'The link works until TIME.',
  onceMore: 'Please press the button once more. If you see this again, allow this site to set cookies.',
  player: [
    'Ready to play',
    'Keep this page open: the link that led here has been used. If nothing plays, this browser may not know the format; then ask the sender for a download.',
  ],
  playsUntil: 'You can play until TIME.',
  tryAgain: 'Try again',
  sizes: siSizes,
}
