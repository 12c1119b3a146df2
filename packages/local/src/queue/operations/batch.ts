import { QueueError } from "../queue-error.ts";
import { type Fields, isFields, optionalText } from "../request-fields.ts";

const MAXIMUM_ENTRIES = 10;

/**
 * The entries of a batch request.
 * @throws QueueError EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct
 */
export function batchEntries(request: Fields): Fields[] {
  const entries = request.Entries ?? [];
  if (!Array.isArray(entries) || !entries.every(isFields)) {
    throw new QueueError("SerializationException", "Entries must be a list of structures");
  }
  if (entries.length === 0)
    throw new QueueError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > MAXIMUM_ENTRIES) {
    const reason = `Maximum number of entries per request are ${MAXIMUM_ENTRIES}. You have sent ${entries.length}.`;
    throw new QueueError("TooManyEntriesInBatchRequest", reason);
  }
  const ids = new Set<string>();
  for (const entry of entries) {
    const id = optionalText(entry, "Id") ?? "";
    if (!/^[\w-]{1,80}$/.test(id)) {
      const reason =
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
      throw new QueueError("InvalidBatchEntryId", reason);
    }
    if (ids.has(id)) throw new QueueError("BatchEntryIdsNotDistinct", `Id ${id} repeated.`);
    ids.add(id);
  }
  return entries;
}

/** Runs every entry on its own: one that is refused is reported under `Failed` and stops nothing. */
export function runBatch(entries: Fields[], perform: (entry: Fields) => object): object {
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.Id, ...perform(entry) });
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      failed.push({ Id: entry.Id, SenderFault: true, Code: error.queryCode, Message: error.message });
    }
  }
  return { Successful: successful, Failed: failed };
}
