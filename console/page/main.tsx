import { render } from 'preact'
import type { Setup } from '../protocol.ts'
import { App } from './app.tsx'
import { finishLogin } from './login.ts'
import { ask, keepToken } from './server.ts'

/** Starts the page, or says why it can't: it has no secret of its server, or the server has ended. */
async function open(): Promise<void> {
  if (finishLogin() || keepToken()) return
  const setup = await ask<Setup>('GET', '/console/setup')
  if (setup.ok) return render(<App setup={setup.value} />, document.body)
  render(
    <p class="error" role="alert">
      {setup.detail}
    </p>,
    document.body,
  )
}

// A file that misses its field would open in place of the page.
for (const type of ['dragover', 'drop'] as const)
  addEventListener(type, event => event.dataTransfer?.types.includes('Files') && event.preventDefault())

void open()
