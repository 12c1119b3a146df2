import type { Operations } from "@parley/client";
import { useState } from "preact/hooks";
import { ListFoot } from "../pages/list-foot.tsx";
import { PageFrame } from "../pages/page-frame.tsx";
import { useList } from "../pages/use-list.ts";
import { parley } from "../session/session.ts";
import { Icon } from "../ui/icons.tsx";
import { addresses, place } from "../ui/router.ts";
import { SearchField } from "../ui/search-field.tsx";
import { dayOf } from "../ui/times.ts";
import { NotePage } from "./note-page.tsx";

export type Note = Awaited<ReturnType<Operations["notes"]["get"]>>;

export function NotesPage() {
  const [noteId] = place.value.rest;
  return noteId ? <NotePage key={noteId} noteId={noteId === "new" ? undefined : noteId} /> : <NoteList />;
}

/** What a list shows of a note. */
export function titleOf({ title, content }: Note): string {
  return title ?? content.trim().split("\n", 1).join("");
}

function NoteList() {
  const [words, setWords] = useState("");
  const [tag, setTag] = useState<string>();
  const q = words.trim();
  const list = useList(
    (cursor, signal) =>
      parley.notes.list(
        {
          ...(q !== "" && { q }),
          ...(tag !== undefined && { tag }),
          ...(cursor !== undefined && { cursor }),
        },
        { signal },
      ),
    `${q}\n${tag}`,
  );
  const isNarrowed = q !== "" || tag !== undefined;
  return (
    <PageFrame
      title="Notes"
      action={
        <a class="button button-primary" href={addresses.newNote}>
          New note
        </a>
      }
    >
      <p class="lead">Texts that models can refer to when they answer you. Nobody else sees them.</p>
      <SearchField label="Search notes" words={words} onWords={setWords} />
      {tag !== undefined && (
        <button
          type="button"
          class="tag tag-chosen"
          aria-label={`All tags, not only ${tag}`}
          onClick={() => setTag(undefined)}
        >
          {tag}
          <Icon name="close" />
        </button>
      )}
      <ul class="rows">
        {list.items?.map((note) => (
          <li key={note.id} class="row">
            <div class="row-text">
              <a class="row-link" href={addresses.note(note.id)} dir="auto">
                {titleOf(note)}
              </a>
              {note.title !== null && (
                <span class="snippet" dir="auto">
                  {note.content}
                </span>
              )}
              <small>
                {dayOf(note.updatedAt)}
                {note.tags.map((one) => (
                  <button
                    key={one}
                    type="button"
                    class="tag"
                    aria-label={`Only notes with the tag ${one}`}
                    onClick={() => setTag(one)}
                  >
                    {one}
                  </button>
                ))}
              </small>
            </div>
          </li>
        ))}
      </ul>
      <ListFoot list={list} empty={isNarrowed ? "No note is like that." : "You have no notes yet."} />
    </PageFrame>
  );
}
