import { setTimeout as pause } from "node:timers/promises";
import type { SQSEvent } from "aws-lambda";
import { createBatchReader, MAXIMUM_MESSAGES, type ReceivedMessage } from "./batch-reader.ts";
import { succeededMessageIds } from "./batch-response.ts";
import { eventRecord } from "./event-record.ts";

/** Lambda starts with five pollers as well. More than one only helps while there is a backlog. */
const MAX_POLLERS = 5;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** While a batch that quick runs, what is sent gathers for the next: ten jobs cost one invocation little more than one. */
const QUICK_BATCH_MS = 30;

export interface EventSourceOptions {
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly functionName: string;
  /** Messages in an invocation at most; over 10 needs a batching window, as on AWS. 10 by default. */
  readonly batchSize?: number;
  /** Invocations at the same time at most. */
  readonly maximumConcurrency: number;
  /** How long a batch that has a message waits for more of them; 0 by default. */
  readonly batchingWindowSeconds?: number;
  /**
   * Answers an `SQSBatchResponse` or nothing; whatever comes is checked as Lambda does. Rejects when the function
   * failed: then the whole batch comes again after its visibility timeout.
   */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  /** Told of failed invocations, unreadable answers and a queue out of reach; the event source goes on. */
  readonly onError: (error: Error) => void;
}

export interface EventSource {
  /** Stops receiving and waits for the running batches and their deletions. */
  close(): Promise<void>;
}

function requireWholeNumber(name: string, value: number, maximum: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return;
  throw new RangeError(`${name} must be a whole number from 1 to ${maximum}, not ${value}`);
}

/**
 * An event source mapping with partial batch responses: receives from the queue and invokes a function.
 * While idle one long poll is open. A poller holds one of the concurrency's slots, so no message is received
 * that would have to wait for one with its visibility timeout running.
 * @throws RangeError for a batch size or concurrency out of range
 */
export function startEventSource(options: EventSourceOptions): EventSource {
  const {
    endpoint,
    queueUrl,
    queueArn,
    maximumConcurrency,
    batchSize = 10,
    batchingWindowSeconds = 0,
  } = options;
  requireWholeNumber("batchSize", batchSize, batchingWindowSeconds > 0 ? 10_000 : MAXIMUM_MESSAGES);
  requireWholeNumber("maximumConcurrency", maximumConcurrency, 1000);

  const stopping = new AbortController();
  const { signal } = stopping;
  const reader = createBatchReader({ endpoint, queueUrl, batchSize, batchingWindowSeconds, signal });
  const tasks = new Set<Promise<void>>();
  let polling = 0;
  let running = 0;
  let isBacklogged = false;
  let failedPolls = 0;

  function report(what: string, cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    options.onError(new Error(`${options.functionName}: ${what}: ${reason}`, { cause }));
  }

  function track(task: Promise<void>): void {
    tasks.add(task);
    void task.finally(() => tasks.delete(task));
  }

  function fillPollers(): void {
    const wanted = isBacklogged ? MAX_POLLERS : 1;
    while (!signal.aborted && polling < wanted && polling + running < maximumConcurrency) track(poll());
  }

  async function poll(): Promise<void> {
    polling += 1;
    const batch = await receiveOrBackOff();
    if (batch.length > 0) {
      const invocation = run(batch);
      await Promise.race([invocation, pause(QUICK_BATCH_MS)]);
    }
    polling -= 1;
    isBacklogged = batch.length === batchSize;
    fillPollers();
  }

  async function receiveOrBackOff(): Promise<ReceivedMessage[]> {
    try {
      const batch = await reader.receiveBatch();
      failedPolls = 0;
      return batch;
    } catch (error) {
      if (signal.aborted) return [];
      report("the queue could not be read", error);
      const longest = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failedPolls);
      failedPolls += 1;
      await pause(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      return [];
    }
  }

  /** Ends with the invocation; the deletions go on by themselves. */
  async function run(batch: ReceivedMessage[]): Promise<void> {
    running += 1;
    const invocation = invoke(batch);
    track(invocation.then(remove));
    await invocation;
    running -= 1;
    fillPollers();
  }

  async function remove(done: ReceivedMessage[]): Promise<void> {
    try {
      for (const reason of await reader.deleteMessages(done)) report("a message was not deleted", reason);
    } catch (error) {
      report("messages were not deleted", error);
    }
  }

  /** The messages of the batch that are done; the others are left to their visibility timeout. */
  async function invoke(batch: ReceivedMessage[]): Promise<ReceivedMessage[]> {
    try {
      const records = batch.map((message) => eventRecord(message, queueArn));
      const response = await options.invoke({ Records: records });
      const succeeded = succeededMessageIds(
        response,
        records.map((record) => record.messageId),
      );
      if (succeeded !== undefined) return batch.filter(({ MessageId = "" }) => succeeded.includes(MessageId));
      report("the batch failed", "the answer is no valid batch response");
    } catch (error) {
      report("the invocation failed", error);
    }
    return [];
  }

  fillPollers();
  return {
    close: async () => {
      stopping.abort();
      while (tasks.size > 0) await Promise.all(tasks);
      reader.close();
    },
  };
}
