/**
 * Opens a link, which uses it, and resolves to the URL of its file. Issue it with `receipt`, so that it opens again for this tab after a
 * lost response or a reload, and with `bind: 'client'`, so that the file opens after a change of network. Rejects with the reason.
 */
export async function openLink(link) {
  // The same key is the same client. Another tab has another.
  const key = (sessionStorage.onceClient ??= crypto.randomUUID())
  const headers = { accept: 'application/json', 'idempotency-key': key }
  const response = await fetch(link, { method: 'POST', headers, credentials: 'include' })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${answer.title}. ${answer.detail}`)
  return answer.url
}
