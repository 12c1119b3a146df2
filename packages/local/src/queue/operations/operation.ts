import type { QueueDirectory } from "../queue-directory.ts";
import type { Fields } from "../request-fields.ts";

/** What an operation may use: the queues, the service's own address, and a signal that the caller went away. */
export interface OperationContext {
  directory: QueueDirectory;
  endpoint: string;
  signal: AbortSignal;
}

/** Answers the operation's result; @throws QueueError for a refusal. */
export type Operation = (request: Fields, context: OperationContext) => object | Promise<object>;
