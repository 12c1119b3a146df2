import { createLongPoll, type LongPoll } from "./long-poll.ts";
import { type Clock, createQueue, type Queue, type QueuedMessage } from "./queue.ts";
import { QueueError } from "./queue-error.ts";
import { type Fields, requiredText } from "./request-fields.ts";

const ACCOUNT_ID = "000000000000";

/** A queue of the service. Name the dead-letter queue among the queues as well. */
export interface QueueDefinition {
  readonly name: string;
  readonly visibilityTimeoutSeconds: number;
  readonly deadLetterQueue?: string;
  /** Receives before a message goes to the dead-letter queue; 5 when one is named without it. */
  readonly maxReceiveCount?: number;
}

/** A queue and what the service keeps beside it. */
export interface QueueEntry {
  readonly name: string;
  readonly arn: string;
  readonly visibilityTimeoutSeconds: number;
  readonly queue: Queue;
  readonly longPoll: LongPoll;
}

/** The queues of one account in one region. */
export interface QueueDirectory {
  path(name: string): string;
  /** @throws QueueError QueueDoesNotExist */
  find(name: string): QueueEntry;
  /** The queue that a request's `QueueUrl` names. @throws QueueError MissingParameter, QueueDoesNotExist */
  addressed(request: Fields): QueueEntry;
  close(): void;
}

/** @throws Error when a dead-letter queue is not among the queues */
export function createQueueDirectory(
  clock: Clock,
  region: string,
  definitions: readonly QueueDefinition[],
): QueueDirectory {
  const entries = new Map<string, QueueEntry>();

  function find(name: string): QueueEntry {
    const entry = entries.get(name);
    if (entry !== undefined) return entry;
    throw new QueueError("QueueDoesNotExist", "The specified queue does not exist.");
  }

  function redrive(deadLetterQueue: string, message: QueuedMessage, sourceArn: string): void {
    const target = find(deadLetterQueue);
    target.queue.adopt(message, sourceArn);
    // Not at once: two queues that redrive into each other would wake each other's receivers recursively.
    queueMicrotask(target.longPoll.wake);
  }

  for (const { name, visibilityTimeoutSeconds, deadLetterQueue, maxReceiveCount = 5 } of definitions) {
    if (deadLetterQueue !== undefined && !definitions.some((other) => other.name === deadLetterQueue)) {
      throw new Error(`Dead letter target does not exist: ${deadLetterQueue}.`);
    }
    const arn = `arn:aws:sqs:${region}:${ACCOUNT_ID}:${name}`;
    const queue = createQueue({
      clock,
      ...(deadLetterQueue !== undefined && {
        redrive: { maxReceiveCount, move: (message) => redrive(deadLetterQueue, message, arn) },
      }),
    });
    const longPoll = createLongPoll(queue, clock);
    entries.set(name, { name, arn, visibilityTimeoutSeconds, queue, longPoll });
  }

  return {
    path: (name) => `/${ACCOUNT_ID}/${name}`,
    find,
    addressed: (request) => {
      // The path decides, not the host: the same queue answers under 127.0.0.1, localhost and a container's name.
      const [, account, name, ...rest] = requiredText(request, "QueueUrl")
        .replace(/^https?:\/\/[^/]*/, "")
        .split("/");
      return find(account === ACCOUNT_ID && rest.length === 0 ? (name ?? "") : "");
    },
    close: () => {
      for (const entry of entries.values()) entry.longPoll.close();
    },
  };
}
