import type { Page } from 'playwright-core'

/** The one `<video>` of a page, as its viewer uses it. Every method rejects when the video fails. */
export interface Player {
  /** Continues to play, and resolves after one more second of film. */
  play(): Promise<void>
  /** Drops its buffer, fetches the film again, and resolves after one second of film. */
  playFromTheStart(): Promise<void>
  /** Jumps to a second of the film, and resolves when its picture is shown. */
  seek(to: number): Promise<void>
  /** Continues at sixteen times the speed, and resolves at the end. */
  playToTheEnd(): Promise<void>
  /** Returns position and length in seconds, and width and height in pixels. */
  state(): Promise<{ at: number; length: number; size: readonly [number, number]; ended: boolean }>
}

// Without a click of the user, a browser plays a video only without sound.
const begin = `const video = document.querySelector('video')
  video.muted = true
  const failed = new Promise((_, reject) => {
    const fail = () => reject(new Error('the video failed: ' + video.error?.message))
    if (video.error) fail()
    else video.addEventListener('error', fail, { once: true })
  })
  const when = (name, holds = () => true) => Promise.race([failed, new Promise(resolve => {
    video.addEventListener(name, function heard() {
      if (!holds()) return
      video.removeEventListener(name, heard)
      resolve()
    })
  })])`

/** Returns the player of a page. */
export function playerOn(page: Page): Player {
  const run = (steps: string) => page.evaluate(`(async () => { ${begin}; ${steps} })()`)
  const playOn = `const from = video.currentTime
    const shown = when('timeupdate', () => video.currentTime >= from + 1)
    await Promise.race([failed, video.play()])
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
        await Promise.race([failed, video.play()])
        await end`)
    },
    state: () =>
      run(`return { at: video.currentTime, length: video.duration, size: [video.videoWidth, video.videoHeight],
        ended: video.ended }`) as ReturnType<Player['state']>,
  }
}
