// Loaded into the CDK's command line: it looks at a stack every 5 s, which is most of the time that a deployment on MiniStack takes.
// Events, at which it looks every 2 s and at the end, stay as they are: each look reads a hundred of them.

const setLongTimeout = globalThis.setTimeout

/** A wait of the CDK that is this long becomes this much shorter. */
const factor = 20

function setShortTimeout(callback: (...args: unknown[]) => void, ms: number = 0, ...args: unknown[]): NodeJS.Timeout {
  return setLongTimeout(callback, ms === 5000 ? ms / factor : ms, ...args)
}

// `util.promisify(setTimeout)` resolves with a property of the function.
globalThis.setTimeout = Object.assign<typeof setShortTimeout, typeof setLongTimeout>(setShortTimeout, setLongTimeout)
