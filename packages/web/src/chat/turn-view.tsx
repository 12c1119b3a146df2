import type { Message } from "@parley/client";
import { Component } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { announce } from "../ui/announce.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Icon } from "../ui/icons.tsx";
import { addresses, go } from "../ui/router.ts";
import { showToast } from "../ui/toast.tsx";
import { inWords } from "../ui/words.ts";
import { AnswerView } from "./answer-view.tsx";
import { composerId } from "./composer.tsx";
import { QuestionEditor } from "./question-editor.tsx";
import type { Thread } from "./thread.ts";
import { isRunning, isSameTurn, type Turn } from "./turns.ts";

const tell = (error: unknown) => showToast(inWords(error));

export interface TurnViewProps {
  turn: Turn;
  thread: Thread;
  isLast: boolean;
}

export class TurnView extends Component<TurnViewProps> {
  override shouldComponentUpdate({ turn, isLast }: TurnViewProps) {
    return isLast !== this.props.isLast || !isSameTurn(turn, this.props.turn);
  }

  override render() {
    return <ShownTurn {...this.props} />;
  }
}

function ShownTurn({ turn, thread, isLast }: TurnViewProps) {
  const { question, answers } = turn;
  const [version, setVersion] = useState<number>();
  const count = useRef(answers.length);
  // A new answer is looked at as soon as there is one; one that becomes a message may be away for a moment.
  useLayoutEffect(() => {
    if (answers.length > count.current) setVersion(undefined);
    count.current = Math.max(count.current, answers.length);
  }, [answers.length]);

  const shown = Math.min(version ?? answers.length - 1, answers.length - 1);
  const answer = answers[shown];
  const live = answers.at(-1);
  const runs = live?.kind === "reply" && isRunning(live.reply);
  const askAgain = question && (() => void thread.askAgain(question.id).catch(tell));
  return (
    <article class="turn">
      {question !== undefined && (
        <Question
          question={question}
          thread={thread}
          isLast={isLast}
          canEdit={!(isLast && runs) && !question.isDeleted}
        />
      )}
      {answer !== undefined && (
        <AnswerView
          answer={answer}
          isLast={isLast}
          onRate={(messageId, rating) => void thread.rate(messageId, rating).catch(tell)}
          onReadWhole={(message) => void thread.readWhole(message).catch(tell)}
          {...(askAgain !== undefined && !runs && { onAskAgain: askAgain })}
        >
          {answers.length > 1 && <Versions shown={shown} count={answers.length} onShow={setVersion} />}
        </AnswerView>
      )}
    </article>
  );
}

function Versions({
  shown,
  count,
  onShow,
}: {
  shown: number;
  count: number;
  onShow: (index: number) => void;
}) {
  function show(index: number) {
    if (index < 0 || index >= count) return;
    onShow(index);
    announce(`Answer ${index + 1} of ${count}`);
  }
  return (
    <span class="versions">
      <button
        type="button"
        class="icon-button"
        aria-label="Earlier answer"
        aria-disabled={shown === 0}
        onClick={() => show(shown - 1)}
      >
        <Icon name="left" />
      </button>
      <span>
        {shown + 1}/{count}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label="Later answer"
        aria-disabled={shown === count - 1}
        onClick={() => show(shown + 1)}
      >
        <Icon name="right" />
      </button>
    </span>
  );
}

interface QuestionProps {
  question: Message;
  thread: Thread;
  isLast: boolean;
  canEdit: boolean;
}

/** The last one is edited in its place; what came after an older one stays, and the new words go on in a fork. */
function Question({ question, thread, isLast, canEdit }: QuestionProps) {
  const [isEditing, setEditing] = useState(false);
  const label = isLast ? "Edit" : "Ask otherwise in a new chat";
  function end() {
    setEditing(false);
    document.getElementById(composerId)?.focus();
  }
  if (isEditing) {
    return (
      <QuestionEditor
        text={question.content ?? ""}
        onCancel={end}
        onSave={async (content) => {
          if (isLast) await thread.edit(question.id, content);
          else go(addresses.conversation(await thread.fork(question.id, content)));
          end();
        }}
      />
    );
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div class="question" role="group" aria-label="You">
      <div class={question.isDeleted ? "bubble muted" : "bubble"} dir="auto">
        {question.isDeleted ? "Deleted" : question.content}
      </div>
      <div class="actions">
        {canEdit && (
          <button
            type="button"
            class="icon-button"
            data-edit
            aria-label={label}
            title={isLast ? "Edit (↑)" : label}
            onClick={() => setEditing(true)}
          >
            <Icon name="edit" />
          </button>
        )}
        {question.content !== null && <CopyButton text={question.content} label="Copy message" />}
      </div>
    </div>
  );
}
