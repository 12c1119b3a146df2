import { Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { ResourceFunction } from "./resource-function.ts";

// Lambda may hold a batch for as long as the function runs and try it again before anyone else may see it.
const visibilityTimeouts = 6;
const attempts = 5;
const batchSize = 10;

export interface JobQueueProps {
  /** Of the function that takes the jobs, and of the one that takes dead letters. */
  readonly workerTimeoutSeconds: number;
  readonly deadLetterTimeoutSeconds: number;
}

/** A fair queue (messages carry their user as group), and where jobs go that failed again and again. */
export class JobQueue extends Construct {
  readonly jobs: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: JobQueueProps) {
    super(scope, id);
    const secured = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new Queue(this, "DeadLetters", {
      ...secured,
      visibilityTimeout: Duration.seconds(visibilityTimeouts * props.deadLetterTimeoutSeconds),
      retentionPeriod: Duration.days(14),
    });
    this.jobs = new Queue(this, "Jobs", {
      ...secured,
      visibilityTimeout: Duration.seconds(visibilityTimeouts * props.workerTimeoutSeconds),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: attempts },
    });
  }

  /** Hands the jobs to the worker, at most `maximumConcurrency` batches at once. */
  consumeJobs(worker: ResourceFunction, maximumConcurrency: number): void {
    consume(this.jobs, worker, maximumConcurrency);
  }

  consumeDeadLetters(handler: ResourceFunction): void {
    // The fewest that SQS takes: nobody waits for a dead letter.
    consume(this.deadLetters, handler, 2);
  }
}

function consume(queue: Queue, { lambda }: ResourceFunction, maxConcurrency: number): void {
  lambda.addEventSource(
    new SqsEventSource(queue, { batchSize, reportBatchItemFailures: true, maxConcurrency }),
  );
}
