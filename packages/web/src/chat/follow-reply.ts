import type { Reply } from "@parley/client";
import type { Signal } from "@preact/signals";
import { parley } from "../session/session.ts";

interface FollowOptions {
  signal: AbortSignal;
  onStart: () => void;
}

/** Writes a reply's text into a signal as it comes, once a frame. Answers its end. */
export async function followReply(
  replyId: string,
  shown: Signal<string>,
  { signal, onStart }: FollowOptions,
): Promise<Reply | undefined> {
  let text = "";
  let frame = 0;
  // Hidden pages draw no frames; then the text waits for its end.
  const draw = () => {
    frame = 0;
    if (text.length >= shown.value.length || !shown.value.startsWith(text)) shown.value = text;
  };
  try {
    for await (const event of parley.replies.stream(replyId, { signal })) {
      if (event.type === "end") return event.reply;
      if (event.type === "restart") {
        text = "";
        shown.value = "";
      } else {
        if (text === "") onStart();
        text += event.text;
        frame ||= requestAnimationFrame(draw);
      }
    }
    return undefined;
  } finally {
    cancelAnimationFrame(frame);
  }
}
