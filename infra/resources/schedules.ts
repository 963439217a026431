import * as iam from 'aws-cdk-lib/aws-iam'
import * as scheduler from 'aws-cdk-lib/aws-scheduler'
import { Aws } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { arn, type Names, roleArn } from '../placement/names.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import type { Settings } from '../settings/settings.ts'
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
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: targets(settings, names) }),
    )
  }
}

/** Returns the functions that schedules call, by ARN. */
function targets({ homeRegions: [home] }: Settings, names: Names): string[] {
  return [reminderFunction(home, names)]
}

/** Returns the function that a reminder calls, by ARN: that which publishes events in the first home Region. */
function reminderFunction(home: string, names: Names): string {
  return arn('lambda', home, `function:${names.jobFunction('events')}`)
}

/** Allows a function to make schedules, and sets the variables that say where. */
export function grantSchedules(
  grantee: RegionalFunction,
  { settings, names }: Pick<DeploymentProps, 'settings' | 'names'>,
): void {
  const [home] = settings.homeRegions
  const role = roleArn(names.schedulesRole)
  grantee.allow(['scheduler:CreateSchedule'], [arn('scheduler', home, `schedule/${names.scheduleGroup}/*`)])
  grantee.allow(['iam:PassRole'], [role], { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } })
  const variables = {
    SCHEDULE_GROUP: names.scheduleGroup,
    SCHEDULE_ROLE: role,
    REMINDER_FUNCTION: reminderFunction(home, names),
  }
  for (const [name, value] of Object.entries(variables)) grantee.function.addEnvironment(name, value)
}
