import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Fault } from "../ui/fault.tsx";
import { Icon } from "../ui/icons.tsx";
import { PendingTurn, Thinking } from "./pending-turn.tsx";
import type { Thread } from "./thread.ts";
import { TurnView } from "./turn-view.tsx";
import { positionOf, type Turn } from "./turns.ts";

/** Nearer to the end than this, the page follows the text. */
const nearPixels = 96;
const chunkPositions = 8;

/** The messages; it follows what grows until somebody scrolls away from it. */
export function MessageLog({ thread }: { thread: Thread }) {
  const { state, turns, hasOlder, olderFault, pending } = thread;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  /** Which turn was the first one, and where on the screen it stood before others came above it. */
  const top = useRef<{ key: string; element: Element; y: number }>(undefined);
  const [isAway, setAway] = useState(false);

  function toEnd(behavior: ScrollBehavior = "instant") {
    const area = scroller.current;
    area?.scrollTo({ top: area.scrollHeight, behavior });
  }

  // What could not be read stands in place of the log, which is another element afterwards.
  const isShown = typeof state.value !== "object";
  useLayoutEffect(() => {
    if (content.current === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (follows.current) toEnd();
      look();
    });
    observer.observe(content.current);
    return () => observer.disconnect();
  }, [isShown]);

  // A question of one's own is always shown.
  const last = pending.value ?? turns.value.at(-1)?.key;
  useLayoutEffect(() => {
    follows.current = true;
    toEnd();
  }, [last]);

  // What was read before stays where it is when older messages come above it, also where the browser does not see to it.
  const first = turns.value[0]?.key;
  if (first !== top.current?.key && top.current !== undefined) top.current.y = yOf(top.current.element);
  useLayoutEffect(() => {
    const before = top.current;
    if (scroller.current !== null && before !== undefined && before.key !== first && !follows.current) {
      scroller.current.scrollTop += yOf(before.element) - before.y;
    }
    const element = content.current?.querySelector(".turn");
    top.current = element && first !== undefined ? { key: first, element, y: 0 } : undefined;
  }, [first]);

  /** How far it is to the end. */
  function look(): number {
    const area = scroller.current;
    if (area === null) return 0;
    const distance = area.scrollHeight - area.scrollTop - area.clientHeight;
    setAway(distance > area.clientHeight / 2);
    return distance;
  }

  function onScroll() {
    const area = scroller.current;
    if (area === null) return;
    follows.current = look() < nearPixels;
    if (area.scrollTop < area.clientHeight && hasOlder.value && olderFault.value === undefined) {
      void thread.loadOlder();
    }
  }

  if (typeof state.value === "object") return <LoadFault thread={thread} fault={state.value.fault} />;
  return (
    <div class="log-frame">
      <div
        class="log-scroller"
        ref={scroller}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Messages"
      >
        <div class="log" ref={content}>
          {state.value === "loading" && turns.value.length === 0 && (
            <div class="loading" role="status" aria-label="Loading">
              <Thinking />
            </div>
          )}
          {olderFault.value !== undefined && (
            <Fault text={olderFault.value} onRetry={() => void thread.loadOlder()} />
          )}
          {chunksOf(turns.value).map(({ key, members }) => (
            <div class="chunk" key={key}>
              {members.map((turn) => (
                <TurnView
                  key={turn.key}
                  turn={turn}
                  thread={thread}
                  isLast={turn === turns.value.at(-1) && pending.value === undefined}
                />
              ))}
            </div>
          ))}
          {pending.value !== undefined && <PendingTurn content={pending.value} />}
        </div>
      </div>
      {isAway && (
        <button
          type="button"
          class="to-end"
          aria-label="To the newest message"
          onClick={() => toEnd("smooth")}
        >
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}

const yOf = (element: Element) => element.getBoundingClientRect().top;

/** Turns by where they stand in the conversation, so that a frame looks at few elements and none changes its place. */
function chunksOf(turns: readonly Turn[]): { key: number; members: Turn[] }[] {
  const chunks: { key: number; members: Turn[] }[] = [];
  for (const turn of turns) {
    const key = Math.floor(positionOf(turn) / chunkPositions);
    const last = chunks.at(-1);
    if (last?.key === key) last.members.push(turn);
    else chunks.push({ key, members: [turn] });
  }
  return chunks;
}

function LoadFault({ thread, fault }: { thread: Thread; fault: string }) {
  return (
    <div class="welcome">
      <p role="alert">{fault}</p>
      <button type="button" class="button" onClick={() => void thread.load()}>
        Try again
      </button>
    </div>
  );
}
