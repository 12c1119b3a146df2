import type { Message, Reply } from "@parley/client";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Markdown } from "../markdown/lazy-markdown.ts";
import { announce } from "../ui/announce.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Icon } from "../ui/icons.tsx";
import { Thinking } from "./pending-turn.tsx";
import { Reasoning } from "./reasoning.tsx";
import { type Answer, earlyEnd, isRunning, type LiveReply } from "./turns.ts";

const reasons: Readonly<Record<NonNullable<Reply["error"]>["code"], string>> = {
  provider_unavailable: "The model is not available at the moment.",
  provider_rejected: "The model refused to answer this.",
  content_filtered: "The model's filter held the answer back.",
  context_too_long: "This is too long for the model.",
  output_limit_reached: "The model ran out of space before it wrote anything.",
  timed_out: "The model took too long.",
  internal: "Something went wrong on the server.",
};

const faultOf = ({ error }: LiveReply) => (error ? reasons[error.code] : "The answer failed.");

/** Of a longer answer the beginning alone is said: nobody can stop or wind back what a page announces. */
const spokenCharacters = 2_000;

type Rating = "up" | "down";

export interface AnswerViewProps {
  answer: Answer;
  isLast: boolean;
  onAskAgain?: () => void;
  onRate: (messageId: string, rating: Rating | undefined) => void;
  onReadWhole: (message: Message) => void;
  /** What chooses between the versions of the answer. */
  children: ComponentChildren;
}

export function AnswerView({ answer, isLast, onAskAgain, onRate, onReadWhole, children }: AnswerViewProps) {
  const reply = answer.kind === "reply" ? answer.reply : undefined;
  useAnnouncement(answer);
  const text = answer.kind === "message" ? (answer.message.content ?? "") : answer.reply.text.value;
  const runs = reply !== undefined && isRunning(reply);
  const early = answer.kind === "message" ? earlyEnd(answer.message) : undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div class={isLast ? "answer answer-last" : "answer"} role="group" aria-label="Answer" aria-busy={runs}>
      <Reasoning answer={answer} />
      {answer.kind === "message" && answer.message.isDeleted ? (
        <p class="muted">Deleted</p>
      ) : (
        text !== "" && <Markdown text={text} />
      )}
      {answer.kind === "message" && answer.message.isCut && (
        <button type="button" class="button" onClick={() => onReadWhole(answer.message)}>
          Show the rest of this long answer
        </button>
      )}
      {early !== undefined && <p class="muted ended">{early}</p>}
      {reply !== undefined && (
        <Status reply={reply} hasText={text !== ""} {...(onAskAgain && { onAskAgain })} />
      )}
      <div class="actions">
        {!runs && text !== "" && <CopyButton text={text} label="Copy answer" />}
        {answer.kind === "message" && !answer.message.isDeleted && (
          <Thumbs message={answer.message} onRate={onRate} />
        )}
        {!runs && reply?.status !== "failed" && onAskAgain !== undefined && (
          <button
            type="button"
            class="icon-button"
            aria-label="Ask again"
            title="Ask again"
            onClick={onAskAgain}
          >
            <Icon name="retry" />
          </button>
        )}
        {children}
      </div>
    </div>
  );
}

function Thumbs({ message, onRate }: { message: Message; onRate: AnswerViewProps["onRate"] }) {
  const given = message.feedback?.rating;
  return (["up", "down"] as const).map((rating) => {
    const label = rating === "up" ? "Good answer" : "Bad answer";
    return (
      <button
        key={rating}
        type="button"
        class="icon-button"
        aria-label={label}
        title={label}
        aria-pressed={given === rating}
        onClick={() => onRate(message.id, given === rating ? undefined : rating)}
      >
        <Icon name={rating === "up" ? "thumbUp" : "thumbDown"} filled={given === rating} />
      </button>
    );
  });
}

function Status({
  reply,
  hasText,
  onAskAgain,
}: {
  reply: LiveReply;
  hasText: boolean;
  onAskAgain?: () => void;
}) {
  if (isRunning(reply)) {
    return hasText ? null : <Thinking />;
  }
  if (reply.status === "cancelled") return <p class="muted ended">Stopped</p>;
  if (reply.status !== "failed") return null;
  return (
    <div class="failure">
      <p>{faultOf(reply)}</p>
      {onAskAgain !== undefined && (
        <button type="button" class="button" onClick={onAskAgain}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Screen readers hear that an answer is being written, and the answer once it is there. */
function useAnnouncement(answer: Answer) {
  const wasRunning = useRef(false);
  const runs = answer.kind === "reply" && isRunning(answer.reply);
  useEffect(() => {
    if (runs) announce("The answer is being written");
    else if (wasRunning.current) announce(ending(answer));
    wasRunning.current = runs;
  }, [runs]);
}

function ending(answer: Answer): string {
  if (answer.kind === "reply") return answer.reply.status === "cancelled" ? "Stopped" : faultOf(answer.reply);
  const { content, reply } = answer.message;
  if (reply?.status === "cancelled") return "Stopped";
  const text = content ?? "";
  const spoken = text.length > spokenCharacters ? `${text.slice(0, spokenCharacters)}…` : text;
  return `Answer: ${spoken}`;
}
