import { ConflictException, CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import type { Scheduler } from '../table/schedule.ts'
import { rfc3339 } from '../time.ts'

/** Where schedules are, and how they call. */
export interface SchedulerPlace {
  readonly region: string
  readonly group: string
  /** The ARN of the role by which they call. */
  readonly role: string
}

/** Timeout of the only attempt, in milliseconds. */
const callMs = 1000

/** EventBridge Scheduler by the SDK: makes one-time schedules, which are deleted after their call. */
export function sdkScheduler({ region, group, role }: SchedulerPlace): Scheduler {
  const client = new SchedulerClient({ region, maxAttempts: 1 })
  return {
    async create({ name, at, target, id, deadLetters }) {
      const command = new CreateScheduleCommand({
        Name: name,
        GroupName: group,
        ScheduleExpression: `at(${rfc3339(at).slice(0, -1)})`, // in UTC, without its Z
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: target,
          RoleArn: role,
          Input: JSON.stringify({ id }),
          ...(deadLetters !== undefined && { DeadLetterConfig: { Arn: deadLetters } }),
        },
      })
      const sent = client.send(command, { abortSignal: AbortSignal.timeout(callMs) })
      await sent.catch((error: unknown) => {
        // It is there already: this is a repeat.
        if (!(error instanceof ConflictException)) throw error
      })
    },
  }
}
