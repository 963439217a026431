import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { launchChromium, missingChromium, personIn } from '../../support/browser/chromium.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { emulatorProcess } from '../../support/emulator/emulator-process.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask } from '../../support/machine/http.ts'

const root = join(import.meta.dirname, '../../..')

/** A private emulator of the user whose home folder is `home`, with the file hello.txt. */
async function privateEmulator() {
  const [home, bucket] = [temporaryFolder(), temporaryFolder()]
  // As on many machines, other users may look into the home folder.
  chmodSync(home, 0o755)
  writeFileSync(join(bucket, 'hello.txt'), 'hello')
  const emulator = await emulatorProcess(['--private', '--bucket', bucket], { HOME: home })
  const { port } = new URL(emulator.api)
  const file = join(home, '.once-at-edge', port)
  const page = /^ {2}page {5}(\S+)$/m.exec(emulator.output())?.[1] ?? ''
  return { ...emulator, home, file, page }
}

describe('npm start -- --private', () => {
  test('gives nothing to a request without the token, nor with another one', async () => {
    const { api, file } = await privateEmulator()
    const [, token = ''] = /Bearer (.+)\n/.exec(readFileSync(file, 'utf8')) ?? []
    const requests: readonly (readonly [string, string, string?])[] = [
      ['GET', '/'],
      ['GET', '/.well-known/emulator'],
      ['GET', '/links'],
      ['POST', '/links', '{"key":"hello.txt"}'],
      ['POST', '/exchange', `{"nonce":"${'A'.repeat(43)}"}`],
      ['POST', '/uploads', '{"key":"planted.txt","bytes":1}'],
      ['GET', '/console/setup'],
      ['GET', '/console/events'],
      ['POST', '/console/race', '{}'],
      ['DELETE', '/'],
    ]
    const wrong = ['', 'Bearer', `Bearer ${'A'.repeat(43)}`, `Bearer ${token}A`, `bearer ${token}`, `Basic ${token}`]
    for (const [method, path, body] of requests) {
      for (const authorization of wrong) {
        const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
        const response = await ask(api + path, { method, headers, ...(body && { body }) })
        expect(response, `${method} ${path} ${authorization}`).toMatchObject({
          status: 401,
          headers: { 'www-authenticate': 'Bearer', 'content-type': 'application/problem+json' },
        })
        expect(response.body).not.toMatch(/hello\.txt|us-east-1/)
      }
    }
    const right = await ask(`${api}/.well-known/emulator`, { headers: { authorization: `Bearer ${token}` } })
    expect(right.status).toBe(200)
  })

  test('takes the file of a link without the token: only that of the link counts', async () => {
    const { api } = await privateEmulator()
    for (const path of ['/received', '/received?a', `/received/${'A'.repeat(43)}/parts`]) {
      expect((await ask(api + path)).headers).not.toHaveProperty('www-authenticate')
    }
    expect(await ask(`${api}/receivedx`)).toMatchObject({ status: 401 })
    expect(await ask(`${api}/received`, { headers: { origin: 'https://example.com' } })).toMatchObject({ status: 403 })
  })

  test('shows a browser without the token only a page that is the same for every emulator', async () => {
    const { api } = await privateEmulator()
    const page = await ask(`${api}/`, { headers: { accept: 'text/html' } })
    expect(page.status).toBe(200)
    expect(page.headers['set-cookie']).toBeUndefined()
    expect(page.body).not.toMatch(/hello\.txt|us-east-1|Bearer|\.once-at-edge/)
  })

  test('keeps the token in a file for its user only, which curl and once --local read', async () => {
    const { api, home, file, output } = await privateEmulator()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    expect(output()).toContain(`  token    ${file}`)
    const curl = spawnSync('curl', ['-s', `${api}/`, '-H', `@${file}`], { encoding: 'utf8' })
    expect(curl.stdout).toContain(`curl -s ${api}/links -H '@${file}' -H 'content-type: application/json'`)
    vi.stubEnv('HOME', home)
    onTestFinished(() => void vi.unstubAllEnvs())
    const readme = join(root, 'README.md')
    const issued = await onceHere(['issue', '--plain', `--local=${api}`, '--key', 'README.md', readme])
    expect(issued).toMatchObject({ code: 0, said: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/d\/[\w-]{43}$/) })
    vi.stubEnv('HOME', temporaryFolder())
    const refused = await onceHere(['list', `--local=${api}`])
    expect(refused.code).not.toBe(0)
    expect(refused.noted).toContain('it is private, and this user has no token for it')
  })

  test.skipIf(process.getuid?.() !== 0)('another user can not read the file', async () => {
    const { file } = await privateEmulator()
    const other = { uid: 65_534, gid: 65_534, encoding: 'utf8' } as const
    expect(spawnSync('cat', [dirname(dirname(file))], other).stderr).toContain('Is a directory')
    expect(spawnSync('cat', [file], other)).toMatchObject({ status: 1, stdout: '' })
    expect(spawnSync('ls', [dirname(file)], other)).toMatchObject({ status: 2, stdout: '' })
  })

  test.skipIf(missingChromium)('its page works with the printed link, and without it says why not', async () => {
    const { api, page: link, edges } = await privateEmulator()
    const browser = await launchChromium()
    onTestFinished(() => browser.close())
    const context = await personIn(browser)
    context.setDefaultTimeout(15_000)
    const page = await context.newPage()
    await page.goto(`${api}/`)
    await page
      .getByRole('alert')
      .filter({ hasText: 'Open this page by the link or the file that its program printed.' })
      .waitFor()
    await page.goto(link)
    const live = page.getByText('live', { exact: true })
    await page.getByRole('button', { name: 'Workshop' }).click()
    await live.waitFor()
    expect(page.url()).toBe(`${api}/`)
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page
      .getByLabel('Choose a file')
      .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') })
    await page.getByLabel('to a program').check()
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'Your link' }).waitFor()
    const url = await page.getByRole('textbox', { name: 'Link' }).inputValue()
    expect(new URL(url).origin).toBe(Object.values(edges)[0])
    await page.getByRole('button', { name: 'Workshop' }).click()
    await page
      .getByText(/Issued by the api/)
      .first()
      .waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Workshop' }).click()
    await live.waitFor()
    expect(await context.cookies()).toEqual([])
    // An edge is for everyone, as in real life.
    expect((await ask(url)).status).toBe(302)
  })
})
