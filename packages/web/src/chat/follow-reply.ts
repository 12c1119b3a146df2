import { ParleyError, type Reply } from "@parley/client";
import type { Signal } from "@preact/signals";
import { parley } from "../session/session.ts";

/** What is shown already may be ahead of what is read again. */
function put(shown: Signal<string>, text: string) {
  if (text.length >= shown.value.length || !shown.value.startsWith(text)) shown.value = text;
}

interface FollowOptions {
  signal: AbortSignal;
  onStart: () => void;
}

interface Shown {
  text: Signal<string>;
  reasoning: Signal<string>;
}

/** Before a server that gave no sense is asked once more. */
const retryMillis = 5_000;
const isRefused = (error: unknown) =>
  error instanceof ParleyError && (error.status === 401 || error.status === 404);

/** Writes a reply's texts into signals as they come, once a frame. Answers its end, through faults of the server. */
export async function followReply(...followed: Parameters<typeof followOnce>): Promise<Reply | undefined> {
  const [, , { signal }] = followed;
  for (;;) {
    try {
      return await followOnce(...followed);
    } catch (error) {
      if (signal.aborted || isRefused(error)) throw error;
      await new Promise((resume) => setTimeout(resume, retryMillis));
    }
  }
}

async function followOnce(
  replyId: string,
  shown: Shown,
  { signal, onStart }: FollowOptions,
): Promise<Reply | undefined> {
  let text = "";
  let reasoning = "";
  let frame = 0;
  // Hidden pages draw no frames; then the text waits for its end.
  const draw = () => {
    frame = 0;
    put(shown.text, text);
    put(shown.reasoning, reasoning);
  };
  try {
    for await (const event of parley.replies.stream(replyId, { signal })) {
      if (event.type === "end") return event.reply;
      if (event.type === "restart") {
        text = "";
        reasoning = "";
        shown.text.value = "";
        shown.reasoning.value = "";
      } else {
        if (text + reasoning === "") onStart();
        if (event.type === "text") text += event.text;
        else reasoning += event.text;
        frame ||= requestAnimationFrame(draw);
      }
    }
    return undefined;
  } finally {
    cancelAnimationFrame(frame);
  }
}
