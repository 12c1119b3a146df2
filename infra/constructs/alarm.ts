import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";

export interface AlarmProps {
  /** Also the heading in docs/operations.md that says what to do. */
  readonly title: string;
  /** What has happened and what to look at first, in one line. */
  readonly runbook: string;
  readonly metric: IMetric;
  /** Alarms above it. */
  readonly threshold: number;
  /** Of the metric's periods in a row. */
  readonly periods?: number;
  readonly action: IAlarmAction | undefined;
}

/** An alarm that says what to do; silence is good news. */
export function addAlarm(scope: Construct, id: string, props: AlarmProps): Alarm {
  const alarm = new Alarm(scope, id, {
    alarmDescription: `${props.title}. ${props.runbook} More: docs/operations.md, "${props.title}".`,
    metric: props.metric,
    threshold: props.threshold,
    evaluationPeriods: props.periods ?? 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  if (props.action !== undefined) alarm.addAlarmAction(props.action);
  return alarm;
}
