import * as iam from 'aws-cdk-lib/aws-iam'
import * as scheduler from 'aws-cdk-lib/aws-scheduler'
import { Aws } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import { arn, type Names, roleArn } from '../placement/names.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import type { RegionalFunction } from './regional-function.ts'

/**
 * The group of the schedules of links, in the first home Region, and the role by which they call functions: for this group alone. With
 * the group, all of its schedules are deleted.
 */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { settings, names }: DeploymentProps) {
    super(scope, id)
    new scheduler.CfnScheduleGroup(this, 'Group', { name: names.scheduleGroup })
    const [home] = settings.homeRegions
    const role = new iam.Role(this, 'Role', {
      roleName: names.schedulesRole,
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Aws.ACCOUNT_ID,
            'aws:SourceArn': arn('scheduler', home, `schedule-group/${names.scheduleGroup}`),
          },
        },
      }),
    })
    const { reminders, fileEnds } = targetsIn(home, names)
    const functions = [...(settings.reminders ? [reminders] : []), ...(settings.fileEnds ? [fileEnds] : [])]
    role.addToPolicy(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: functions }))
    if (!settings.fileEnds) return
    const queue = arn('sqs', home, names.fileEndsQueue)
    role.addToPolicy(new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue] }))
  }
}

/** Returns the functions that schedules call, by ARN. */
function targetsIn(home: string, { jobFunction }: Names) {
  const target = (name: string) => arn('lambda', home, `function:${name}`)
  // Reminders are events.
  return { reminders: target(jobFunction('events')), fileEnds: target(jobFunction('file-ends')) }
}

/** Allows a function to make schedules, and sets the variables that say where, and which functions they call. */
export function grantSchedules(
  grantee: RegionalFunction,
  { settings, names }: Pick<DeploymentProps, 'settings' | 'names'>,
): void {
  const [home] = settings.homeRegions
  const role = roleArn(names.schedulesRole)
  const schedules = arn('scheduler', home, `schedule/${names.scheduleGroup}/*`)
  grantee.allow(['scheduler:CreateSchedule'], [schedules])
  acknowledge(grantee.role, {
    [`IAM5[Resource::${schedules}]`]: 'Each schedule has the name of a link, in a group of its own.',
  })
  grantee.allow(['iam:PassRole'], [role], { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } })
  const { reminders, fileEnds } = targetsIn(home, names)
  const variables = {
    SCHEDULE_GROUP: names.scheduleGroup,
    SCHEDULE_ROLE: role,
    ...(settings.reminders && { REMINDERS: reminders }),
    ...(settings.fileEnds && { FILE_ENDS: fileEnds, FILE_ENDS_FAILED: arn('sqs', home, names.fileEndsQueue) }),
  }
  for (const [name, value] of Object.entries(variables)) grantee.function.addEnvironment(name, value)
}
