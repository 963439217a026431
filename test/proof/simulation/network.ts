import type { DynamoDB } from '../../../api/adapters/dynamodb.ts'
import type { Region } from '../../../shared/regions.ts'
import {
  type Command,
  isCount,
  isReservation,
  itemIdOf,
  type SimulatedDynamoDB,
} from '../../support/table/simulated-dynamodb.ts'
import type { Choices } from './choices.ts'
import { type Fault, faults, type SimulationEvent, type Verb } from './history.ts'
import type { VirtualTime } from './virtual-time.ts'

/** Faults that a single command may meet. */
const commandFaults = faults.slice(0, faults.indexOf('Region down'))

/** Sender of commands: an edge that serves one request, an edge that serves a HEAD, or the api. */
export interface Sender {
  readonly request?: number
  readonly probes?: true
  /** It replaces a link. */
  readonly replaces?: true
  /** Returns true once the process has died: then no response reaches it any more. */
  isDead(): boolean
  /** Called when a response has reached it. */
  onResponse(): void
}

/** The network between functions and store, with the chance and the time that it runs on. */
export interface Network {
  readonly time: VirtualTime
  readonly choices: Choices
  readonly store: SimulatedDynamoDB
  /** Regions that have the deployment's table. */
  readonly regions: readonly Region[]
  /** The binding of a version to come that the item of the link has. */
  readonly newerBind: string | undefined
  /** Whether a put may be executed twice: this is harmless only for links with a receipt. */
  readonly duplicatesPuts: boolean
  /** Returns how the Region rejects requests now, if it is unavailable. */
  outage(region: Region): 'refuses' | 'resets' | undefined
  /** Takes one fault off the schedule's budget; returns false when none is left. */
  spendFault(): boolean
  /** Records an event with the present time. */
  note(event: Untimed): void
}

/** An event without its time. */
export type Untimed = SimulationEvent extends infer H ? (H extends SimulationEvent ? Omit<H, 'at'> : never) : never

/** Makes a sender that may die before any of the responses that it waits for, for one `request` to an edge, or of another function. */
export function mayDie({ choices, spendFault, note }: Network, request?: number): Sender {
  let isDead = false
  const of = request === undefined ? {} : { request }
  return {
    ...of,
    isDead: () => isDead,
    onResponse() {
      if (!choices.rarely(15) || !spendFault()) return
      isDead = true
      note({ kind: 'fault', fault: 'process death', ...of })
    },
  }
}

/** Milliseconds that a message takes, the uneventful one first. */
const delays = [1, 2, 3, 5, 9, 20, 150] as const
/** Milliseconds that a late message takes. */
const lateDelays = [1400, 1600, 2500, 4000, 9000] as const
/** Then another request may go on with what its sender has begun. */
const afterLease = 33_000

/** Makes a DynamoDB that `sender` reaches over a faulty network. */
export function dynamodbOver(sender: Sender, network: Network): DynamoDB {
  return (region, timeoutMs) => {
    // The real adapter throws as well: it has no client for the Region.
    if (!network.regions.includes(region))
      throw new Error(`Region ${region} is not one of ${network.regions.join(', ')}`)
    return {
      send: (operation, input) => sendCommand({ operation, input }, { region, timeoutMs }, { sender, network }),
    }
  }
}

function sendCommand(
  command: Command,
  { region, timeoutMs }: { region: Region; timeoutMs: number },
  over: Over,
): Promise<object> {
  const verb = verbOf(command, over.sender)
  return sendOver({ verb, region, timeoutMs, run: () => runAt(command, { verb, region }, over) }, over)
}

/** Makes a port that a function reaches over a faulty network. What it asks of the Region is done at once when it arrives there. */
export function portOver<Port extends object>(port: Port, region: Region, over: Over): Port {
  const calls = Object.entries(port).map(([name, call]: [string, (...args: never[]) => Promise<object>]) => {
    const send = async (...args: never[]) =>
      sendOver({ verb: 'find', region, timeoutMs: 2500, run: () => ({ output: call(...args) }) }, over)
    return [name, send]
  })
  return Object.fromEntries(calls) as Port
}

interface Over {
  readonly sender: Sender
  readonly network: Network
}

interface Call {
  readonly verb: Verb
  readonly region: Region
  readonly timeoutMs: number
  run(): Omit<ExecutionResult, 'hasArrived'>
}

function sendOver({ verb, region, timeoutMs, run }: Call, { sender, network }: Over): Promise<object> {
  const { time, choices } = network
  const fault = faultFor(verb, { sender, network })
  const there = choices.pick(delays)
  const back = choices.pick(delays)
  return new Promise((resolve, reject) => {
    let isSettled = false
    function finish(settle: () => void): void {
      if (isSettled || sender.isDead()) return
      isSettled = true
      cancelTimeout()
      sender.onResponse()
      if (!sender.isDead()) settle()
    }
    const cancelTimeout = time.after(timeoutMs, () => finish(() => reject(failure('TimeoutError'))))
    const fail = (ms: number, error: Error) => time.after(ms, () => finish(() => reject(error)))
    const execute = () => outageAt(region, { sender, network }) ?? { hasArrived: true, ...run() }
    const respond = (ms: number, { output, error }: ExecutionResult) =>
      time.after(ms, () => finish(() => (error === undefined ? resolve(output) : reject(error))))
    deliver(fault, {
      there,
      back,
      lateDelay: () => choices.pick(sender.replaces ? [...lateDelays, afterLease] : lateDelays),
      after: time.after,
      fail,
      respond,
      execute,
    })
  })
}

interface ExecutionResult {
  /** False if the Region was unavailable, so the command did not reach the store. */
  readonly hasArrived: boolean
  readonly output: object
  readonly error?: Error
}

interface Delivery {
  /** Milliseconds of the way to the store. */
  readonly there: number
  /** Milliseconds of the way back. */
  readonly back: number
  lateDelay(): number
  after(ms: number, act: () => void): void
  /** After `ms`, rejects for the sender. */
  fail(ms: number, error: Error): void
  /** After `ms`, delivers the result to the sender. */
  respond(ms: number, result: ExecutionResult): void
  execute(): ExecutionResult
}

/** Delivers one command with its fault, if it has one. */
function deliver(fault: Fault | undefined, delivery: Delivery): void {
  const { there, back, lateDelay, after, fail, respond, execute } = delivery
  const executeThen = (then: (result: ExecutionResult) => void) => after(there, () => then(execute()))
  switch (fault) {
    case undefined:
      return executeThen(result => respond(back, result))
    case 'refused':
      return fail(there, failure('Error', 'ECONNREFUSED'))
    case 'reset before send':
      return fail(there, failure('Error', 'ECONNRESET'))
    case 'reset after send':
      return executeThen(() => fail(back, failure('Error', 'ECONNRESET')))
    case 'black hole':
      return undefined
    case 'slow response':
      return executeThen(result => respond(lateDelay(), result))
    case 'late execution':
      return after(lateDelay(), () => respond(back, execute()))
    case 'duplicated':
      return executeThen(result => {
        if (result.hasArrived) after(lateDelay(), () => void execute())
        respond(back, result)
      })
    case 'truncated':
      return executeThen(() => fail(back, failure('SyntaxError')))
    case '500':
      return fail(there, failure('InternalServerError', undefined, 500))
    case '500 though done':
      return executeThen(() => fail(back, failure('InternalServerError', undefined, 500)))
    case '503':
      return fail(there, failure('ServiceUnavailable', undefined, 503))
    case 'throttled':
      return fail(there, failure('ThrottlingException', undefined, 400))
    case 'write conflict':
      return fail(there, failure('ReplicatedWriteConflictException', undefined, 400))
    case 'Region down':
    case 'process death':
    case 'redirect lost':
      throw new Error(`${fault} is not a fault of one command`)
  }
}

function faultFor(verb: Verb, { sender, network }: Over): Fault | undefined {
  const { choices } = network
  if (!choices.rarely(4) || !network.spendFault()) return undefined
  const drawn = choices.pick(commandFaults)
  // TLS keeps a network from sending a request twice; a duplicated put would undo a delete.
  const isExcluded = (verb === 'put' || verb === 'again') && drawn === 'duplicated' && !network.duplicatesPuts
  const fault = isExcluded ? 'refused' : drawn
  network.note({ kind: 'fault', fault, ...requestOf(sender) })
  return fault
}

function outageAt(region: Region, { sender, network }: Over): ExecutionResult | undefined {
  const outage = network.outage(region)
  if (outage === undefined) return undefined
  network.note({ kind: 'fault', fault: 'Region down', ...requestOf(sender) })
  const error = failure('Error', outage === 'refuses' ? 'ECONNREFUSED' : 'ECONNRESET')
  return { hasArrived: false, output: {}, error }
}

function runAt(
  command: Command,
  { verb, region }: Pick<Call, 'verb' | 'region'>,
  { sender, network }: Over,
): ReturnType<Call['run']> {
  const execution = { kind: 'executed', verb, id: itemIdOf(command.input), region, ...requestOf(sender) } as const
  try {
    const output = network.store.execute(region, verb === 'put' ? withBind(command, network.newerBind) : command)
    network.note({ ...execution, applied: !('Item' in output) || output.Item !== undefined })
    return { output }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error
    network.note({ ...execution, applied: false })
    return { output: {}, error }
  }
}

/** Returns the put as an api of a version to come would send it. */
function withBind({ operation, input }: Command, bind: string | undefined): Command {
  const { Item } = input as { readonly Item: object }
  return { operation, input: bind === undefined ? input : { ...input, Item: { ...Item, bind: { S: bind } } } }
}

function requestOf({ request }: Sender): { request?: number } {
  return request === undefined ? {} : { request }
}

function verbOf({ operation, input }: Command, { request, probes, replaces }: Sender): Verb {
  if (probes || isCount(input)) return 'count'
  if (isReservation(input)) return 'reserve'
  const isEdge = request !== undefined
  if (operation === 'PutItem') return putIn(input, replaces)
  if (operation === 'GetItem') return isEdge ? 'read' : 'find'
  if (operation === 'UpdateItem') return isEdge ? 'consume' : isReplacement(input) ? 'replace' : 'revoke'
  return operation === 'DeleteItem' && isEdge ? 'consume' : 'sweep'
}

function putIn(input: object, replaces: boolean | undefined): Verb {
  const { state } = (input as { readonly Item: { readonly state?: { readonly S: string } } }).Item
  return state?.S === 'revoked' ? 'bury' : replaces ? 'again' : 'put'
}

const isReplacement = (input: object) =>
  '#by' in ((input as { readonly ExpressionAttributeNames?: object }).ExpressionAttributeNames ?? {})

/** Makes an error with name, code and status as the SDK does. */
function failure(name: string, code?: string, httpStatusCode?: number): Error {
  const error = new Error(name)
  return Object.assign(error, { name, ...(code && { code }), ...(httpStatusCode && { $metadata: { httpStatusCode } }) })
}
