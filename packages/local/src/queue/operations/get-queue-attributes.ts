import type { QueueEntry } from "../queue-directory.ts";
import { QueueError } from "../queue-error.ts";
import { texts } from "../request-fields.ts";
import type { Operation } from "./operation.ts";

function allAttributes(entry: QueueEntry): Record<string, string> {
  const counts = entry.queue.counts();
  return {
    QueueArn: entry.arn,
    VisibilityTimeout: String(entry.visibilityTimeoutSeconds),
    ApproximateNumberOfMessages: String(counts.ready),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
  };
}

export const getQueueAttributes: Operation = (request, { directory }) => {
  const all = allAttributes(directory.addressed(request));
  const names = texts(request, "AttributeNames");
  const isAll = names.includes("All");
  const unknown = names.find((name) => name !== "All" && !Object.hasOwn(all, name));
  if (unknown !== undefined) throw new QueueError("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
  return {
    Attributes: Object.fromEntries(Object.entries(all).filter(([name]) => isAll || names.includes(name))),
  };
};
