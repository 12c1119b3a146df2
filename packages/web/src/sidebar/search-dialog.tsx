import "../first-view.ts";
import type { Operations } from "@parley/client";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { parley } from "../session/session.ts";
import { Icon } from "../ui/icons.tsx";
import { addresses, go } from "../ui/router.ts";
import { inWords } from "../ui/words.ts";
import { Highlighted } from "./highlighted.tsx";
import { isSearching } from "./searching.ts";

type Found = Awaited<ReturnType<Operations["conversations"]["list"]>>["data"][number];

/** After the last key. */
const settleMillis = 180;

function useSearch(words: string): { found: readonly Found[] | undefined; fault: string | undefined } {
  const [found, setFound] = useState<readonly Found[]>();
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    setFault(undefined);
    if (words === "") {
      setFound(undefined);
      return undefined;
    }
    const aborted = new AbortController();
    const timer = setTimeout(() => {
      parley.conversations
        .list({ q: words, sort: "relevance", limit: 20 }, { signal: aborted.signal })
        .then(({ data }) => setFound(data))
        .catch((error: unknown) => {
          if (!aborted.signal.aborted) setFault(inWords(error));
        });
    }, settleMillis);
    return () => {
      clearTimeout(timer);
      aborted.abort();
    };
  }, [words]);
  return { found, fault };
}

/** Finds conversations by their titles and by what was said in them. */
export function SearchDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key: it belongs to the search.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      class="search"
      ref={dialog}
      aria-label="Search"
      onClose={() => {
        isSearching.value = false;
      }}
      onClick={({ target }) => target === dialog.current && close()}
    >
      <Search close={close} />
    </dialog>
  );
}

function Search({ close }: { close: () => void }) {
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);
  const { found, fault } = useSearch(words.trim());
  const list = found ?? [];
  const at = Math.min(chosen, Math.max(0, list.length - 1));

  function open(id: string) {
    close();
    go(addresses.conversation(id));
  }

  function onKey(event: KeyboardEvent) {
    if (event.isComposing) return;
    const present = list[at];
    if (event.key === "Enter" && present !== undefined) open(present.id);
    else if (event.key === "ArrowDown") setChosen(Math.min(at + 1, list.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(0, at - 1));
    else return;
    event.preventDefault();
  }

  return (
    <>
      <div class="search-field">
        <Icon name="search" />
        <input
          ref={(element) => element?.focus()}
          role="combobox"
          aria-label="Search conversations"
          aria-expanded={list.length > 0}
          aria-controls="search-results"
          aria-activedescendant={list.length > 0 ? `found-${at}` : undefined}
          placeholder="Search conversations"
          maxLength={256}
          value={words}
          onInput={({ currentTarget }) => {
            setWords(currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={onKey}
        />
        <button type="button" class="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <div class="search-results" id="search-results" role="listbox" aria-label="Results">
        {list.map(({ id, title, match }, index) => (
          <button
            key={id}
            type="button"
            id={`found-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => open(id)}
          >
            <strong dir="auto">{title ?? "Untitled"}</strong>
            {match?.messageId && <Highlighted text={match.snippet} marks={match.highlights} />}
          </button>
        ))}
      </div>
      {fault !== undefined && <p class="search-note">{fault}</p>}
      {found?.length === 0 && fault === undefined && <p class="search-note">Nothing was found.</p>}
    </>
  );
}
