import { createLongPoll, type LongPoll } from "./long-poll.ts";
import { type Clock, createQueue, type Queue, type QueuedMessage, type QueueSettings } from "./queue.ts";
import { invalidParameter, QueueError } from "./queue-error.ts";
import { type Fields, requiredText } from "./request-fields.ts";

const ACCOUNT_ID = "000000000000";
/** SQS allows a purge, and a new queue under a deleted queue's name, once per minute. */
const COOL_DOWN_MS = 60_000;

/** A queue and what the service keeps beside it. Times in ms since the epoch. */
export interface QueueEntry {
  readonly name: string;
  readonly arn: string;
  readonly queue: Queue;
  readonly longPoll: LongPoll;
  readonly settings: QueueSettings;
  readonly createdAt: number;
  modifiedAt: number;
  purgedAt: number;
}

/** The queues of one account in one region. */
export interface QueueDirectory {
  arn(name: string): string;
  path(name: string): string;
  /** @throws QueueError QueueDoesNotExist */
  find(name: string): QueueEntry;
  /** The queue that a request's `QueueUrl` names. @throws QueueError MissingParameter, QueueDoesNotExist */
  addressed(request: Fields): QueueEntry;
  names(): string[];
  /** @throws QueueError when the name is invalid, or was deleted within the last minute */
  create(name: string, settings: QueueSettings): QueueEntry;
  configure(entry: QueueEntry, settings: QueueSettings): void;
  purge(entry: QueueEntry): void;
  delete(entry: QueueEntry): void;
  close(): void;
}

export function createQueueDirectory(clock: Clock, region: string): QueueDirectory {
  const entries = new Map<string, QueueEntry>();
  const deletedAt = new Map<string, number>();

  const arn = (name: string): string => `arn:aws:sqs:${region}:${ACCOUNT_ID}:${name}`;

  function find(name: string): QueueEntry {
    const entry = entries.get(name);
    if (entry !== undefined) return entry;
    throw new QueueError("QueueDoesNotExist", "The specified queue does not exist.");
  }

  function redrive(source: QueueEntry, message: QueuedMessage): boolean {
    const targetName = source.settings.redrive?.deadLetterTargetArn.split(":").at(-1) ?? "";
    const target = entries.get(targetName);
    if (target === undefined) return false;
    target.queue.adopt(message, source.arn);
    // Not at once: two queues that redrive into each other would wake each other's receivers recursively.
    queueMicrotask(target.longPoll.wake);
    return true;
  }

  function requireDeadLetterTarget(settings: QueueSettings): void {
    const targetArn = settings.redrive?.deadLetterTargetArn;
    if (targetArn === undefined || [...entries.values()].some((entry) => entry.arn === targetArn)) return;
    throw invalidParameter(
      `Value ${JSON.stringify(settings.redrive)} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
    );
  }

  return {
    arn,
    path: (name) => `/${ACCOUNT_ID}/${name}`,
    find,
    addressed: (request) => {
      // The path decides, not the host: the same queue answers under 127.0.0.1, localhost and a container's name.
      const [, account, name, ...rest] = requiredText(request, "QueueUrl")
        .replace(/^https?:\/\/[^/]*/, "")
        .split("/");
      return find(account === ACCOUNT_ID && rest.length === 0 ? (name ?? "") : "");
    },
    names: () => [...entries.keys()].sort(),
    create: (name, settings) => {
      if (!/^[\w-]{1,80}$/.test(name)) {
        throw invalidParameter(
          "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length. There are standard queues only.",
        );
      }
      if (clock() - (deletedAt.get(name) ?? Number.NEGATIVE_INFINITY) < COOL_DOWN_MS) {
        const reason =
          "You must wait 60 seconds after deleting a queue before you can create another with the same name.";
        throw new QueueError("QueueDeletedRecently", reason);
      }
      requireDeadLetterTarget(settings);
      const queue = createQueue({ clock, settings, redrive: (message) => redrive(entry, message) });
      const times = { createdAt: clock(), modifiedAt: clock(), purgedAt: Number.NEGATIVE_INFINITY };
      const entry: QueueEntry = {
        name,
        arn: arn(name),
        queue,
        settings,
        ...times,
        longPoll: createLongPoll(queue, clock),
      };
      entries.set(name, entry);
      return entry;
    },
    configure: (entry, settings) => {
      requireDeadLetterTarget(settings);
      // The queue holds this very object; a policy that was taken away has to leave it.
      delete entry.settings.redrive;
      Object.assign(entry.settings, settings);
      entry.modifiedAt = clock();
    },
    purge: (entry) => {
      if (clock() - entry.purgedAt < COOL_DOWN_MS) {
        const reason = `Only one PurgeQueue operation on ${entry.name} is allowed every 60 seconds.`;
        throw new QueueError("PurgeQueueInProgress", reason);
      }
      entry.purgedAt = clock();
      entry.queue.purge();
    },
    delete: (entry) => {
      entries.delete(entry.name);
      deletedAt.set(entry.name, clock());
      entry.longPoll.close();
    },
    close: () => {
      for (const entry of entries.values()) entry.longPoll.close();
    },
  };
}
