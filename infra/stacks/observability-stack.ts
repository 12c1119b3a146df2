import type { FunctionName } from "@parley/contract/route";
import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import {
  Dashboard,
  GraphWidget,
  type IAlarmAction,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import { addAlarm } from "../constructs/alarm.ts";
import type { HttpGateway } from "../constructs/http-gateway.ts";
import type { JobQueue } from "../constructs/job-queue.ts";
import { metricsNamespace, type ResourceFunction } from "../constructs/resource-function.ts";
import type { Deployment } from "../deployment.ts";

const period = Duration.minutes(5);
/** As packages/sending/src/refusal-problem.ts logs it. */
const spentBudgetLine = "the day's budget is spent";
/** As packages/http/src/to-problem.ts does. */
const fullStorageLine = "the storage of all users is full";

export interface ObservabilityStackProps extends Deployment, StackProps {
  readonly gateway: HttpGateway;
  readonly functions: ReadonlyMap<FunctionName, ResourceFunction>;
  readonly queue: JobQueue;
  readonly worker: ResourceFunction;
}

interface Watched {
  readonly serverErrors: IMetric;
  readonly latency: IMetric;
  readonly oldestJob: IMetric;
  readonly waitingJobs: IMetric;
  readonly deadLetters: IMetric;
  readonly failedReplies: IMetric;
  readonly spentBudgets: IMetric;
  /** Only where a stage bounds it. */
  readonly fullStorage: IMetric | undefined;
  readonly throttles: IMetric;
  readonly workerErrors: IMetric;
}

/** One dashboard, and an alarm for each thing that needs somebody, by e-mail when `alarmEmail` is set. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: ObservabilityStackProps) {
    super(scope, id, props);
    const watched = this.watch(props);
    this.addAlarms(watched, this.alarmAction(props));
    this.addDashboard(props, watched);
  }

  private alarmAction({ stage }: ObservabilityStackProps): IAlarmAction | undefined {
    if (stage.alarmEmail === undefined) return undefined;
    const topic = new Topic(this, "Alarms", { displayName: `Parley ${stage.name}`, enforceSSL: true });
    topic.addSubscription(new EmailSubscription(stage.alarmEmail));
    // Read by the next deployment, which need not be told again.
    new CfnOutput(this, "AlarmEmail", { value: stage.alarmEmail });
    return new SnsAction(topic);
  }

  private watch({ gateway: { api }, queue, worker, functions, stage }: ObservabilityStackProps): Watched {
    return {
      serverErrors: api.metricServerError({ period, statistic: Stats.SUM }),
      latency: api.metricLatency({ period, statistic: Stats.p(99) }),
      oldestJob: queue.jobs.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
      waitingJobs: queue.jobs.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
      deadLetters: queue.deadLetters.metricApproximateNumberOfMessagesVisible({
        period,
        statistic: Stats.MAXIMUM,
      }),
      failedReplies: failedReplies(this, worker, stage.name),
      spentBudgets: countedLines(this, functions, "SpentBudgets", stage.name, {
        line: spentBudgetLine,
        of: ["messages", "conversations"],
      }),
      fullStorage: stage.limits.totalStoredMegabytes
        ? countedLines(this, functions, "FullStorage", stage.name, {
            line: fullStorageLine,
            of: ["messages", "conversations", "notes", "system-prompts"],
          })
        : undefined,
      // Of all functions of the region: concurrency is the account's.
      throttles: new Metric({
        namespace: "AWS/Lambda",
        metricName: "Throttles",
        period,
        statistic: Stats.SUM,
      }),
      workerErrors: worker.lambda.metricErrors({ period, statistic: Stats.SUM }),
    };
  }

  private addAlarms(watched: Watched, action: IAlarmAction | undefined): void {
    addAlarm(this, "DeadLettersAlarm", {
      title: "Dead letters wait",
      runbook: "Jobs failed five times and the dead-letter function does not take them: read its log.",
      metric: watched.deadLetters,
      threshold: 0,
      periods: 3,
      action,
    });
    addAlarm(this, "OldestJobAlarm", {
      title: "Replies wait too long",
      runbook: "A job waits for over two minutes: look for worker errors, throttles and a slow model.",
      metric: watched.oldestJob,
      threshold: 120,
      periods: 2,
      action,
    });
    addAlarm(this, "ServerErrorsAlarm", {
      title: "The API answers with server errors",
      runbook:
        "Over five answers of 500 and more in five minutes: find them by level ERROR in the functions' logs.",
      metric: watched.serverErrors,
      threshold: 5,
      action,
    });
    addAlarm(this, "LatencyAlarm", {
      title: "The API is slow",
      runbook: "One request in a hundred takes over five seconds: look at the database, then at cold starts.",
      metric: watched.latency,
      threshold: 5_000,
      periods: 3,
      action,
    });
    addAlarm(this, "FailedRepliesAlarm", {
      title: "Replies fail",
      runbook: "Over ten replies failed in five minutes: the worker's log says with which error code.",
      metric: watched.failedReplies,
      threshold: 10,
      action,
    });
    addAlarm(this, "BudgetAlarm", {
      title: "The day's budget is spent",
      runbook:
        "Sends are refused until midnight (UTC): look at GET /v1/admin/usage, then at limits.dollarsPerDay.",
      metric: watched.spentBudgets,
      threshold: 0,
      action,
    });
    addAlarm(this, "ThrottlesAlarm", {
      title: "Lambda throttles",
      runbook:
        "The account's concurrent executions are used up: ask AWS for more, and set accountConcurrency.",
      metric: watched.throttles,
      threshold: 10,
      periods: 2,
      action,
    });
    if (watched.fullStorage !== undefined) {
      addAlarm(this, "StorageAlarm", {
        title: "The storage of all users is full",
        runbook:
          "What would be stored is refused: look at GET /v1/admin/stats, then at limits.totalStoredMegabytes.",
        metric: watched.fullStorage,
        threshold: 0,
        action,
      });
    }
  }

  private addDashboard({ stage, functions }: ObservabilityStackProps, watched: Watched): void {
    const graph = (title: string, ...left: IMetric[]) =>
      new GraphWidget({ title, left, width: 8, height: 6 });
    const durations = [...functions.values()].map(({ lambda }) =>
      lambda.metricDuration({ period, statistic: Stats.p(95) }),
    );
    new Dashboard(this, "Dashboard", {
      dashboardName: `parley-${stage.name}`,
      widgets: [
        [
          graph("Server errors", watched.serverErrors),
          graph("Latency, p99 (ms)", watched.latency),
          graph("Functions, p95 (ms)", ...durations),
        ],
        [
          graph("Jobs that wait", watched.waitingJobs, watched.deadLetters),
          graph("Oldest job (s)", watched.oldestJob),
          graph("Failures", watched.failedReplies, watched.workerErrors, watched.throttles),
        ],
        [
          graph("Reads the cache served (%)", ...cachedReads.map((reads) => cacheHitRate(stage.name, reads))),
          graph(
            "Cache, p95 (ms)",
            ...cachedReads.map((reads) => cacheMetric(stage.name, reads, "CacheLatency", Stats.p(95))),
          ),
        ],
      ],
    });
  }
}

interface CachedReads {
  readonly functionName: FunctionName;
  readonly label: string;
}

/** What is read from the cache, by the function that reads it. */
const cachedReads: readonly CachedReads[] = [
  { functionName: "replies", label: "polls of running replies" },
  { functionName: "messages", label: "newest pages" },
  { functionName: "conversations", label: "conversations" },
];

/** From the lines that packages/cache/src/read-metrics.ts has written. */
function cacheMetric(
  stageName: string,
  { functionName, label }: CachedReads,
  metricName: string,
  statistic: string,
): Metric {
  return new Metric({
    namespace: metricsNamespace(stageName),
    metricName,
    dimensionsMap: { service: functionName },
    label,
    period,
    statistic,
  });
}

function cacheHitRate(stageName: string, reads: CachedReads): IMetric {
  // Of one graph, every metric has an id of its own.
  const [hits, misses] = [`${reads.functionName}Hits`, `${reads.functionName}Misses`];
  return new MathExpression({
    expression: `100 * ${hits} / (${hits} + ${misses})`,
    usingMetrics: {
      [hits]: cacheMetric(stageName, reads, "CacheHits", Stats.SUM),
      [misses]: cacheMetric(stageName, reads, "CacheMisses", Stats.SUM),
    },
    label: reads.label,
    period,
  });
}

/** Counted from the worker's log, so that it costs nothing while nothing fails. */
function failedReplies(scope: Construct, worker: ResourceFunction, stageName: string): IMetric {
  const filter = new MetricFilter(scope, "FailedReplies", {
    logGroup: worker.logGroup,
    filterPattern: FilterPattern.any(
      FilterPattern.all(
        FilterPattern.stringValue("$.message", "=", "reply ended"),
        FilterPattern.stringValue("$.status", "=", "failed"),
      ),
      FilterPattern.stringValue("$.message", "=", "reply timed out"),
    ),
    metricNamespace: "Parley",
    metricName: `FailedReplies-${stageName}`,
    metricValue: "1",
  });
  return filter.metric({ period, statistic: Stats.SUM });
}

/** How often functions have logged a line. */
function countedLines(
  scope: Construct,
  functions: ObservabilityStackProps["functions"],
  what: string,
  stageName: string,
  { line, of }: { line: string; of: readonly FunctionName[] },
): IMetric {
  const metricName = `${what}-${stageName}`;
  for (const name of of) {
    const logging = functions.get(name);
    if (logging === undefined) continue;
    new MetricFilter(scope, `${what}Of${name}`, {
      logGroup: logging.logGroup,
      filterPattern: FilterPattern.stringValue("$.message", "=", line),
      metricNamespace: "Parley",
      metricName,
      metricValue: "1",
    });
  }
  return new Metric({ namespace: "Parley", metricName, period, statistic: Stats.SUM });
}
