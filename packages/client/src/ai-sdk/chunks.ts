import type { UIMessageChunk } from "ai";
import type { Parley } from "../parley.ts";
import type { Reply } from "../types.ts";

/** What an answer's `metadata` has once it is complete; its `id` is the reply's. */
export interface AnswerMetadata {
  /** Its id as a message of the API. */
  messageId: string | null;
  model: string;
  tokensCharged: number;
}

function endOf(reply: Reply): UIMessageChunk {
  const { status, error, assistantMessageId: messageId, model, tokensCharged } = reply;
  if (status === "cancelled") return { type: "abort" };
  if (error) return { type: "error", errorText: error.message };
  const messageMetadata: AnswerMetadata = { messageId, model, tokensCharged };
  return { type: "finish", finishReason: status === "completed" ? "stop" : "length", messageMetadata };
}

async function* chunksOf(
  { replies }: Parley,
  asked: Promise<{ id: string }>,
  signal: AbortSignal,
): AsyncGenerator<UIMessageChunk, void, undefined> {
  const { id } = await asked;
  /** Which part is open: what the model thinks, or what it says. */
  let open: "reasoning" | "text" | undefined;
  yield { type: "start", messageId: id };
  yield { type: "start-step" };
  for await (const event of replies.stream(id, { signal })) {
    if (event.type === "restart") {
      open = undefined;
      yield { type: "reset-step" };
    } else if (event.type !== "end") {
      const { type, text: delta } = event;
      if (open !== type) {
        if (open) yield { type: `${open}-end`, id };
        yield { type: `${type}-start`, id };
      }
      open = type;
      yield { type: `${type}-delta`, id, delta };
    } else {
      if (open) yield { type: `${open}-end`, id };
      yield { type: "finish-step" };
      yield endOf(event.reply);
    }
  }
}

/**
 * A reply as AI SDK's chats read it, from its beginning to its end. When `signal` is aborted the stream ends, and the
 * reply is cancelled, if `isStopped` still says so once whoever aborted it has gone on.
 */
export function chunkStream(
  parley: Parley,
  asked: Promise<{ id: string }>,
  signal: AbortSignal | undefined,
  isStopped = () => true,
): ReadableStream<UIMessageChunk> {
  const left = new AbortController();
  const leave = () => left.abort();
  // A request on its way cannot be called back: its reply is cancelled once it is known, unless it has ended.
  const stop = () => asked.then(({ id }) => parley.replies.cancel({ replyId: id })).catch(() => {});
  signal?.addEventListener("abort", () => {
    leave();
    setTimeout(() => isStopped() && stop());
  });
  const chunks = chunksOf(parley, asked, left.signal);
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next().catch((error) => {
        if (!left.signal.aborted) throw error;
      });
      if (next?.value) controller.enqueue(next.value);
      else controller.close();
    },
    cancel: leave,
  });
}
