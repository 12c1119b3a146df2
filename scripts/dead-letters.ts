// Lists the replies that failed for a reason of ours, dead letters among them, and asks for them again:
//   node scripts/dead-letters.ts [--all] [--retry <replyId> | --retry-all]
import { parseArgs } from "node:util";
import { askingOf } from "@parley/application/asking";
import { openDatabase } from "@parley/data/database";
import { type FailedReply, listFailedReplies } from "@parley/data/failed-replies";
import { newId } from "@parley/data/ids";
import { askAgain } from "@parley/data/send-message";
import { createReplyQueue } from "@parley/jobs/reply-queue";
import { parseEnvironment } from "@parley/runtime/environment";
import { loadDatabaseUrl, loadSecrets } from "@parley/runtime/secrets";
import { configSchema } from "../functions/messages/config.ts";

const { values } = parseArgs({
  options: {
    /** Also those that the model's provider failed. */
    all: { type: "boolean", default: false },
    retry: { type: "string" },
    "retry-all": { type: "boolean", default: false },
  },
});

const settings = parseEnvironment(configSchema);
const database = openDatabase(await loadDatabaseUrl());
const { terms } = askingOf(settings, await loadSecrets());
const queue = createReplyQueue(settings.QUEUE_URL, settings.REPLY_CHECK_SECONDS);

/** A terminal reply never changes: trying again is another reply to the same message, held and charged like any. */
async function retry({ ownerId, conversationId, messageId, id }: FailedReply): Promise<void> {
  const asked = await askAgain(database, {
    ...terms,
    ratePerSecond: 0,
    ratePerMinute: 0,
    ownerId,
    conversationId,
    messageId,
    replyId: newId(),
    onBusy: "enqueue",
    // Twice the same command asks once.
    replyIdempotencyKey: `retry-of-${id}`,
    replyIdempotencyFingerprint: id,
  });
  if (!("message" in asked) || asked.reply === undefined)
    return console.log(`${id}: not retried, ${asked.outcome}`);
  const { id: replyId } = asked.reply;
  const isSent = await queue.enqueueReply({ ownerId, replyId, requestId: `retry-of-${id}` });
  console.log(
    `${id}: ${asked.outcome} as ${replyId}${isSent ? "" : "; its job goes out with the next poll or sweep"}`,
  );
}

try {
  const failed = await listFailedReplies(database, values.all ? undefined : "internal");
  for (const { id, ownerId, conversationId, errorCode, attempt, finishedAt } of failed) {
    console.log(
      [id, finishedAt?.toISOString(), errorCode, `attempt ${attempt}`, ownerId, conversationId].join("  "),
    );
  }
  const chosen = failed.filter(({ id }) => values["retry-all"] || id === values.retry);
  for (const reply of chosen) await retry(reply);
  if (values.retry !== undefined && chosen.length === 0) console.log(`${values.retry}: no such failed reply`);
} finally {
  await database.close();
}
