import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import type { IUserPool } from "aws-cdk-lib/aws-cognito";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { Construct } from "constructs";
import { maximumWorkers } from "../concurrency.ts";
import { Embeddings, embeddingVariables } from "../constructs/embeddings.ts";
import { JobQueue } from "../constructs/job-queue.ts";
import { grantBedrock, modelVariables } from "../constructs/models.ts";
import { ResourceFunction } from "../constructs/resource-function.ts";
import type { Deployment, SecretAccess } from "../deployment.ts";
import { environmentOf } from "../environments.ts";
import type { RealtimeStack } from "./realtime-stack.ts";

// Lambda's longest: a slow model may take that long for a long answer.
const workerSeconds = 900;
const backgroundSeconds = 60;

export interface RepliesStackProps extends Deployment, StackProps {
  readonly secrets: SecretAccess;
  readonly realtime: RealtimeStack;
  /** The sweeper finishes deletions of accounts, whose last step is the sign-in. */
  readonly userPool: IUserPool;
}

/** What generates replies: the queue, its worker, the function for dead letters and the sweeper. */
export class RepliesStack extends Stack {
  readonly queue: JobQueue;
  /** Where the stage has an embedding model. */
  readonly embeddingQueue: JobQueue | undefined;
  readonly worker: ResourceFunction;
  readonly deadLetter: ResourceFunction;
  readonly sweeper: ResourceFunction;

  constructor(scope: Construct, id: string, props: RepliesStackProps) {
    super(scope, id, props);
    const { stage, realtime } = props;
    this.queue = new JobQueue(this, "Queue", {
      workerTimeoutSeconds: workerSeconds,
      deadLetterTimeoutSeconds: backgroundSeconds,
    });
    this.embeddingQueue = stage.embeddings && new Embeddings(this, "Embeddings", props).queue;
    const embedding = { EMBEDDING_QUEUE_URL: this.embeddingQueue?.jobs.queueUrl };
    const shared = {
      QUEUE_URL: this.queue.jobs.queueUrl,
      MOMENTO_CACHE_NAME: stage.momentoCacheName,
      WEBSOCKET_CALLBACK_URL: realtime.callbackUrl,
    };
    this.worker = new ResourceFunction(this, "ReplyWorker", {
      ...props,
      functionName: "reply-worker",
      environment: environmentOf("reply-worker", {
        ...shared,
        ...embedding,
        ...modelVariables(stage),
        ANTHROPIC_BASE_URL: stage.models.anthropicBaseUrl,
        FALLBACK_MODEL: stage.models.fallback,
        MAX_RUNNING_REPLIES: stage.limits.runningReplies?.toString(),
        TITLE_MODEL: stage.models.title,
      }),
      memoryMegabytes: stage.memory.worker,
      timeoutSeconds: workerSeconds,
    });
    grantBedrock(this, this.worker.lambda, stage);
    this.deadLetter = this.backgroundFunction(
      "DeadLetter",
      props,
      "dead-letter",
      environmentOf("dead-letter", shared),
    );
    this.sweeper = this.backgroundFunction(
      "ReplySweeper",
      props,
      "reply-sweeper",
      environmentOf("reply-sweeper", {
        ...shared,
        ...embedding,
        ...embeddingVariables(stage),
        RETENTION_DAYS: stage.retentionDays?.toString(),
        USER_POOL_ID: props.userPool.userPoolId,
      }),
    );
    props.userPool.grant(this.sweeper.lambda, "cognito-idp:AdminDeleteUser");

    this.queue.consumeJobs(this.worker, maximumWorkers(stage));
    this.queue.consumeDeadLetters(this.deadLetter);
    for (const sender of [this.worker, this.deadLetter, this.sweeper]) {
      this.queue.jobs.grantSendMessages(sender.lambda);
      realtime.grantSend(sender);
    }
    for (const sender of [this.worker, this.sweeper]) {
      this.embeddingQueue?.jobs.grantSendMessages(sender.lambda);
    }
    new Rule(this, "Sweep", {
      description: "Replies that the delayed checks and polls missed, and housekeeping",
      schedule: Schedule.rate(Duration.hours(stage.sweepEveryHours)),
      targets: [
        new LambdaFunction(this.sweeper.lambda, { retryAttempts: 2, maxEventAge: Duration.hours(1) }),
      ],
    });
  }

  private backgroundFunction(
    id: string,
    props: RepliesStackProps,
    functionName: "dead-letter" | "reply-sweeper",
    environment: Record<string, string>,
  ): ResourceFunction {
    return new ResourceFunction(this, id, {
      ...props,
      functionName,
      environment,
      memoryMegabytes: props.stage.memory.background,
      timeoutSeconds: backgroundSeconds,
    });
  }
}
