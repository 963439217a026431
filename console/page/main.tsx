import { render } from 'preact'
import type { Setup } from '../protocol.ts'
import { uploadPath } from '../../shared/http.ts'
import { App } from './app.tsx'
import { loadLanguage, texts } from './language.ts'
import { finishLogin } from './login.ts'
import { ask, keepToken } from './server.ts'
import { Upload, uploadToken } from './upload.tsx'

/** Starts the page, or says why it can't: it has no secret of its server, or the server has ended. Rejects if its texts don't come. */
async function open(): Promise<void> {
  if (finishLogin()) {
    // A browser leaves the window open if the provider's page has cut it off from the page that opened it.
    await loadLanguage()
    return document.body.append(texts().login.closable)
  }
  const isUpload = location.pathname === uploadPath
  const token = isUpload ? uploadToken() : undefined
  if (!isUpload && keepToken()) return undefined
  const [setup] = await Promise.all([ask<Setup>('GET', '/console/setup'), loadLanguage()])
  if (setup.ok && isUpload) return render(<Upload setup={setup.value} token={token} />, document.body)
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

open().catch(() => {
  const again = Object.assign(document.createElement('button'), { textContent: '↻' })
  again.addEventListener('click', () => location.reload())
  document.body.append(again)
})
