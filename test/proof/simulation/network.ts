import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDB } from '../../../api/adapters/dynamodb.ts'
import type { Region } from '../../../shared/regions.ts'
import { type Command, itemIdOf, type SimulatedDynamoDB } from '../../support/simulated-dynamodb.ts'
import type { Choices } from './choices.ts'
import { type Fault, faults, type Happening, type Verb } from './history.ts'
import type { VirtualTime } from './virtual-time.ts'

/** Those that a single command may meet. */
const onTheWay = faults.slice(0, faults.indexOf('Region down'))

/** Who sends: one opening at an edge, an edge that only looks, or the api. */
export interface Sender {
  readonly request?: number
  readonly looks?: true
  /** True once the process has died: then no answer reaches it any more. */
  isDead(): boolean
  /** Called when an answer has reached it. */
  onAnswer(): void
}

/** What the network is made of. */
export interface Wires {
  readonly time: VirtualTime
  readonly choices: Choices
  readonly store: SimulatedDynamoDB
  /** Where the deployment has its table. */
  readonly regions: readonly Region[]
  /** Whether a keyed put may be executed twice: only links that keep their receipt can stand it. */
  readonly duplicatesPuts: boolean
  /** Whether the Region is away now, and how it shows. */
  outage(region: Region): 'refuses' | 'resets' | undefined
  /** Takes one fault off the schedule's budget; false when none is left. */
  spendFault(): boolean
  note(happening: Untimed): void
}

/** A happening whose time is now. */
export type Untimed = Happening extends infer H ? (H extends Happening ? Omit<H, 'at'> : never) : never

/** Milliseconds that a message takes, the dull one first. */
const delays = [1, 2, 3, 5, 9, 20, 150] as const
/** How much later something comes that comes late. */
const latenesses = [1400, 1600, 2500, 4000, 9000] as const

/** DynamoDB at the other end of a network that may do whatever a network can. */
export function networkFor(sender: Sender, wires: Wires): DynamoDB {
  return (region, timeoutMs) => {
    // As the real adapter does, which has no client for it.
    if (!wires.regions.includes(region)) throw new Error(`Region ${region} is not one of ${wires.regions.join(', ')}`)
    const send = (command: Command) => travel(command, { region, timeoutMs }, { sender, wires })
    return { send }
  }
}

function travel(
  command: Command,
  { region, timeoutMs }: { region: Region; timeoutMs: number },
  { sender, wires }: { sender: Sender; wires: Wires },
): Promise<object> {
  const { time, choices } = wires
  const verb = verbOf(command, sender)
  const fault = faultFor(verb, { sender, wires })
  const there = choices.pick(delays)
  const back = choices.pick(delays)
  return new Promise((resolve, reject) => {
    let isOver = false
    function finish(end: () => void): void {
      if (isOver || sender.isDead()) return
      isOver = true
      giveUp()
      sender.onAnswer()
      if (!sender.isDead()) end()
    }
    const giveUp = time.after(timeoutMs, () => finish(() => reject(failure('TimeoutError'))))
    const fail = (ms: number, error: Error) => time.after(ms, () => finish(() => reject(error)))
    const execute = (): Result => done(command, { verb, region }, { sender, wires })
    const answer = (ms: number, { output, error }: Result) =>
      time.after(ms, () => finish(() => (error === undefined ? resolve(output) : reject(error))))
    deliver(fault, { there, back, lateness: () => choices.pick(latenesses), after: time.after, fail, answer, execute })
  })
}

interface Result {
  /** False when the Region was away, so that nothing was there to do anything. */
  readonly hasArrived: boolean
  readonly output: object
  readonly error?: Error
}

interface Journey {
  readonly there: number
  readonly back: number
  lateness(): number
  after(ms: number, act: () => void): void
  /** Ends the wait with an error. */
  fail(ms: number, error: Error): void
  answer(ms: number, result: Result): void
  execute(): Result
}

/** What becomes of one command, fault by fault. */
function deliver(fault: Fault | undefined, { there, back, lateness, after, fail, answer, execute }: Journey): void {
  const executeThen = (then: (result: Result) => void) => after(there, () => then(execute()))
  switch (fault) {
    case undefined:
      return executeThen(result => answer(back, result))
    case 'refused':
      return fail(there, failure('Error', 'ECONNREFUSED'))
    case 'reset before send':
      return fail(there, failure('Error', 'ECONNRESET'))
    case 'reset after send':
      return executeThen(() => fail(back, failure('Error', 'ECONNRESET')))
    case 'black hole':
      return undefined
    case 'slow answer':
      return executeThen(result => answer(lateness(), result))
    case 'late execution':
      return after(lateness(), () => answer(back, execute()))
    case 'duplicated':
      return executeThen(result => {
        if (result.hasArrived) after(lateness(), () => void execute())
        answer(back, result)
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
      throw new Error(`${fault} is no fault of one command`)
  }
}

function faultFor(verb: Verb, { sender, wires }: { sender: Sender; wires: Wires }): Fault | undefined {
  const { choices } = wires
  if (!choices.rarely(4) || !wires.spendFault()) return undefined
  const fault = choices.pick(onTheWay)
  // TLS keeps a network from sending a request twice; a put that our own side repeated would undo a delete.
  const isHarmless = verb === 'put' && fault === 'duplicated' && !wires.duplicatesPuts
  wires.note({ kind: 'fault', fault: isHarmless ? 'refused' : fault, ...requestOf(sender) })
  return isHarmless ? 'refused' : fault
}

function done(
  command: Command,
  { verb, region }: { verb: Verb; region: Region },
  { sender, wires }: { sender: Sender; wires: Wires },
): Result {
  if (wires.outage(region) !== undefined) {
    wires.note({ kind: 'fault', fault: 'Region down', ...requestOf(sender) })
    const error = failure('Error', wires.outage(region) === 'refuses' ? 'ECONNREFUSED' : 'ECONNRESET')
    return { hasArrived: false, output: {}, error }
  }
  const about = { kind: 'executed', verb, id: itemIdOf(command.input), region, ...requestOf(sender) } as const
  try {
    const output = wires.store.execute(region, command)
    wires.note({ ...about, applied: !('Item' in output) || output.Item !== undefined })
    return { hasArrived: true, output }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error
    wires.note({ ...about, applied: false })
    return { hasArrived: true, output: {}, error }
  }
}

function requestOf({ request }: Sender): { request?: number } {
  return request === undefined ? {} : { request }
}

function verbOf(command: Command, { request, looks }: Sender): Verb {
  if (looks) return 'count'
  const isEdge = request !== undefined
  if (command instanceof PutItemCommand) return 'put'
  if (command instanceof GetItemCommand) return isEdge ? 'read' : 'find'
  if (command instanceof UpdateItemCommand) return isEdge ? 'take' : 'revoke'
  return command instanceof DeleteItemCommand && isEdge ? 'take' : 'sweep'
}

/** An error with the name, code and status that the SDK's would have. */
function failure(name: string, code?: string, httpStatusCode?: number): Error {
  const error = new Error(name)
  return Object.assign(error, { name, ...(code && { code }), ...(httpStatusCode && { $metadata: { httpStatusCode } }) })
}
