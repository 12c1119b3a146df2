import { isDeepStrictEqual } from "node:util";
import { applyAttributes, DEFAULT_SETTINGS, printSettings } from "../queue-attributes.ts";
import type { QueueEntry } from "../queue-directory.ts";
import { QueueError } from "../queue-error.ts";
import { optionalInteger, optionalText, requiredText, texts } from "../request-fields.ts";
import type { Operation } from "./operation.ts";

const MAXIMUM_RESULTS = 1000;

export const createQueue: Operation = (request, { directory, endpoint }) => {
  const name = requiredText(request, "QueueName");
  const settings = applyAttributes(DEFAULT_SETTINGS, request);
  if (!directory.names().includes(name)) directory.create(name, settings);
  else if (!isDeepStrictEqual(directory.find(name).settings, settings)) {
    throw new QueueError(
      "QueueNameExists",
      "A queue already exists with the same name and a different value for an attribute.",
    );
  }
  return { QueueUrl: endpoint + directory.path(name) };
};

export const deleteQueue: Operation = (request, { directory }) => {
  directory.delete(directory.addressed(request));
  return {};
};

export const purgeQueue: Operation = (request, { directory }) => {
  directory.purge(directory.addressed(request));
  return {};
};

export const getQueueUrl: Operation = (request, { directory, endpoint }) => {
  const entry = directory.find(requiredText(request, "QueueName"));
  return { QueueUrl: endpoint + directory.path(entry.name) };
};

/** Names in order; the token is the last name of the page before. */
export const listQueues: Operation = (request, { directory, endpoint }) => {
  const prefix = optionalText(request, "QueueNamePrefix") ?? "";
  const after = optionalText(request, "NextToken") ?? "";
  const limit = optionalInteger(request, "MaxResults", 1, MAXIMUM_RESULTS);
  const matching = directory.names().filter((name) => name.startsWith(prefix) && name > after);
  const page = matching.slice(0, limit ?? MAXIMUM_RESULTS);
  // SQS pages only when MaxResults is given.
  const nextToken = limit !== undefined && page.length < matching.length ? page.at(-1) : undefined;
  return { QueueUrls: page.map((name) => endpoint + directory.path(name)), NextToken: nextToken };
};

export const setQueueAttributes: Operation = (request, { directory }) => {
  const entry = directory.addressed(request);
  directory.configure(entry, applyAttributes(entry.settings, request));
  return {};
};

function allAttributes(entry: QueueEntry): Record<string, string> {
  const counts = entry.queue.counts();
  return {
    QueueArn: entry.arn,
    ApproximateNumberOfMessages: String(counts.ready),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: String(Math.floor(entry.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(entry.modifiedAt / 1000)),
    ...printSettings(entry.settings),
  };
}

export const getQueueAttributes: Operation = (request, { directory }) => {
  const all = allAttributes(directory.addressed(request));
  const names = texts(request, "AttributeNames");
  const isAll = names.includes("All");
  const unknown = names.find(
    (name) => name !== "All" && name !== "RedrivePolicy" && !Object.hasOwn(all, name),
  );
  if (unknown !== undefined) throw new QueueError("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
  return {
    Attributes: Object.fromEntries(Object.entries(all).filter(([name]) => isAll || names.includes(name))),
  };
};
