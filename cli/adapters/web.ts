import type { Web, WebAnswer } from '../link-ports.ts'

/** Longest silence, in milliseconds: before an answer, and between two pieces of it. */
const silenceMs = 30_000

/** What we call ourselves; no robot, for a script fetches its own link. */
const userAgent = 'once-at-edge'

/** The web, over Node.js's `fetch`. */
export const web: Web = {
  async ask({ method, url, headers }) {
    const controller = new AbortController()
    const watch = setTimeout(() => {
      controller.abort(new Error(`nothing came for ${silenceMs / 1000} seconds`))
    }, silenceMs)
    try {
      const how = { redirect: 'manual', signal: controller.signal } as const
      const response = await fetch(url, { ...how, method, headers: { 'user-agent': userAgent, ...headers } })
      return answerOf(response, controller, watch)
    } catch (error) {
      clearTimeout(watch)
      throw error
    }
  },
}

function answerOf(response: Response, controller: AbortController, watch: NodeJS.Timeout): WebAnswer {
  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of response.body ?? []) {
        watch.refresh()
        yield chunk as Uint8Array
      }
    } finally {
      clearTimeout(watch)
    }
  }
  return {
    status: response.status,
    header: name => response.headers.get(name) ?? undefined,
    body: body(),
    async text() {
      try {
        return await response.text()
      } finally {
        clearTimeout(watch)
      }
    },
    end() {
      clearTimeout(watch)
      controller.abort(new Error('no longer wanted'))
    },
  }
}
