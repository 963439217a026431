import { hash } from 'node:crypto'
import { types } from 'node:util'
import { createContext, runInContext } from 'node:vm'

/** What a function returned for an event. */
export interface FunctionReturn {
  /** The returned value, as JSON reads it. */
  readonly value: unknown
  /** Whether it is the request of the event, unchanged. */
  readonly isRequest: boolean
  /** What it wrote into the access log; absent if nothing. */
  readonly logged?: string
}

/** Globals that AWS lists for runtime 2.0 (AWS, "JavaScript runtime 2.0 features"); `setup` adds what the gate uses of `Buffer`. */
const globals = [
  'Object Function String Number Boolean Array RegExp Date Math JSON Promise Symbol',
  'Error EvalError RangeError ReferenceError SyntaxError TypeError URIError',
  'ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array',
  'Int32Array Uint32Array Float32Array Float64Array',
  'decodeURI decodeURIComponent encodeURI encodeURIComponent isFinite isNaN parseFloat parseInt',
  'NaN Infinity undefined globalThis',
].flatMap(line => line.split(' '))

/** Runs in the context. Only text crosses its border, so the function gets no object of this process. */
const setup = `(digest, decode, globals) => {
  for (const name of Object.getOwnPropertyNames(globalThis)) if (!globals.includes(name)) delete globalThis[name]
  const only = (value, allowed) => {
    if (!allowed.includes(value)) throw new TypeError(value + ' is not supported')
    return value
  }
  const createHash = name => {
    const algorithm = only(name, ['md5', 'sha1', 'sha256'])
    let text = ''
    const hash = {
      update: more => ((text += more), hash),
      digest: encoding => digest(algorithm, text, only(encoding, ['hex', 'base64', 'base64url'])),
    }
    return hash
  }
  globalThis.Buffer = {
    from: (text, encoding) => (only(encoding, ['base64url']), { toString: () => decode(String(text)) }),
  }
  let logged
  const cloudfront = { logCustomData: text => void (logged = String(text)) }
  globalThis.require = name => ({ crypto: { createHash }, cloudfront })[only(name, ['crypto', 'cloudfront'])]
  globalThis.console = { log() {} }
  return eventText => {
    const event = JSON.parse(eventText)
    const { request } = event
    const before = JSON.stringify(request)
    logged = undefined
    const value = handler(event)
    return JSON.stringify({ value, isRequest: value === request && JSON.stringify(value) === before, logged })
  }
}`

/** Returns the code as a script: with `require` in place of its imports. */
export function asScript(code: string): string {
  return code.replaceAll(/import ([\w$]+) ?from ?"(crypto|cloudfront)";/g, 'var $1=require("$2");')
}

/**
 * Loads the code of a CloudFront Function for runtime 2.0 and returns a function that runs it on an event. It has no network,
 * timers, files, environment or code made of text; of `crypto`, hashes of text, of `Buffer`, base64url to text, and of `cloudfront` its way into
 * the access log. It shares its memory with later events, which AWS does not promise. Throws what the code throws.
 */
export function loadFunction(code: string): (event: object) => FunctionReturn {
  const context = createContext({}, { codeGeneration: { strings: false, wasm: false } })
  const allowed: unknown = runInContext(JSON.stringify(globals), context)
  const run = (runInContext(setup, context) as Setup)(digest, decode, allowed)
  runInContext(asScript(code), context)
  return event => JSON.parse(run(JSON.stringify(event))) as FunctionReturn
}

type Setup = (
  digest: (...texts: readonly string[]) => string,
  decode: (text: string) => string,
  globals: unknown,
) => (event: string) => string

const digest = (algorithm: string, text: string, encoding: string) => hash(algorithm, text, encoding as 'hex')
const decode = (text: string) => Buffer.from(text, 'base64url').toString()

/** What CloudFront sends in place of what a function returns. It does not show the fault; the emulator does. */
export interface FunctionError {
  readonly kind: 'error'
  readonly status: 502 | 503
  readonly fault: string
}

/** Makes the validation error of what a function returned (AWS, "HTTP 502 status code"). */
export function invalid(fault: string): FunctionError {
  return { kind: 'error', status: 502, fault }
}

/** Returns the result of a function, or the execution error of what it throws (AWS, "HTTP 503 status code"). */
export function resultOf<Result>(run: () => Result): Result | FunctionError {
  try {
    return run()
  } catch (error) {
    // An error of the function's context is no instance of our Error.
    return { kind: 'error', status: 503, fault: types.isNativeError(error) ? error.name : 'function error' }
  }
}
