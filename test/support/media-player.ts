import type { Page } from 'playwright-core'

/** The one `<video>` of a page, as its viewer works it. Everything rejects when the video gives up. */
export interface Player {
  /** Goes on playing, and resolves when a second more has been shown. */
  play(): Promise<void>
  /** Forgets what it has, fetches it anew, and resolves when a second of it has been shown. */
  playFromTheStart(): Promise<void>
  /** Jumps to a second and resolves when a picture of it is there. */
  seek(to: number): Promise<void>
  /** Plays on at sixteen times the pace, and resolves at the end. */
  playToTheEnd(): Promise<void>
  /** Where it is and how long it is, in seconds; its width and height. */
  state(): Promise<{ at: number; length: number; size: readonly [number, number]; ended: boolean }>
}

// Without sound a browser lets a page play; nobody has clicked.
const begin = `const video = document.querySelector('video')
  video.muted = true
  const gaveUp = new Promise((_, reject) => {
    const fail = () => reject(new Error('the video gave up: ' + video.error?.message))
    if (video.error) fail()
    else video.addEventListener('error', fail, { once: true })
  })
  const when = (name, holds = () => true) => Promise.race([gaveUp, new Promise(resolve => {
    video.addEventListener(name, function heard() {
      if (!holds()) return
      video.removeEventListener(name, heard)
      resolve()
    })
  })])`

/** Takes hold of the player on a page. */
export function playerOn(page: Page): Player {
  const run = (steps: string) => page.evaluate(`(async () => { ${begin}; ${steps} })()`)
  const playOn = `const from = video.currentTime
    const shown = when('timeupdate', () => video.currentTime >= from + 1)
    await Promise.race([gaveUp, video.play()])
    await shown`
  return {
    async play() {
      await run(playOn)
    },
    async playFromTheStart() {
      await page.evaluate("document.querySelector('video').load()")
      await run(playOn)
    },
    async seek(to) {
      await run(`const there = when('seeked'); video.currentTime = ${to}; await there`)
    },
    async playToTheEnd() {
      await run(`const end = when('ended')
        video.playbackRate = 16
        await Promise.race([gaveUp, video.play()])
        await end`)
    },
    state: () =>
      run(`return { at: video.currentTime, length: video.duration, size: [video.videoWidth, video.videoHeight],
        ended: video.ended }`) as ReturnType<Player['state']>,
  }
}
