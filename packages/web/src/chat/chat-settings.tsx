import "../first-view.ts";
import type { Operations } from "@parley/client";
import { useState } from "preact/hooks";
import { ListFoot } from "../pages/list-foot.tsx";
import { useList } from "../pages/use-list.ts";
import { useRemote } from "../pages/use-remote.ts";
import { parley } from "../session/session.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Fault } from "../ui/fault.tsx";
import { addresses } from "../ui/router.ts";
import { SearchField } from "../ui/search-field.tsx";
import { inWords } from "../ui/words.ts";
import { useWorkspace } from "../workspace.ts";
import type { ChosenPrompt } from "./begin-chat.ts";
import { ExpiryChoice } from "./expiry-choice.tsx";
import { ParameterFields } from "./parameter-fields.tsx";
import { PromptChoice } from "./prompt-choice.tsx";
import { modelOf, type ReplySettings, type SettingsChange } from "./reply-settings.ts";

export type Note = Awaited<ReturnType<Operations["notes"]["get"]>>;

export interface ChatSettingsProps {
  /** Of a conversation that exists; else what is chosen waits for its first message. */
  conversationId: string | undefined;
  prompt: ChosenPrompt;
  /** The text that the conversation has now. */
  promptText: string | null;
  onPrompt: (prompt: ChosenPrompt) => Promise<void>;
  /** Chosen for a conversation that does not exist yet. */
  notes: readonly Note[];
  onNotes: (notes: readonly Note[]) => void;
  model: string | null;
  settings: ReplySettings;
  onSettings: (change: SettingsChange) => Promise<void>;
  expiresInDays: number | null;
  onExpiry: (days: number | null) => Promise<void>;
  onClose: () => void;
}

/** What a conversation's models are told besides its messages, how they are asked, and how long it is kept. */
export function ChatSettings(props: ChatSettingsProps) {
  const { conversationId, prompt, promptText, onPrompt, onSettings, expiresInDays, onExpiry, onClose } =
    props;
  const model = modelOf(useWorkspace().models.value, props.model);
  const [fault, setFault] = useState<string>();
  const tell = (error: unknown) => setFault(inWords(error));
  return (
    <Dialog title="Chat settings" onClose={onClose}>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <PromptChoice
        isNew={conversationId === undefined}
        prompt={prompt}
        promptText={promptText}
        onPrompt={(next) => void onPrompt(next).catch(tell)}
      />
      <ParameterFields
        model={model}
        settings={props.settings}
        onChange={(change) => void onSettings(change).catch(tell)}
      />
      <ExpiryChoice days={expiresInDays} onDays={(days) => void onExpiry(days).catch(tell)} />
      <Notes {...props} onFault={setFault} />
    </Dialog>
  );
}

function usePinned({ conversationId, notes, onNotes }: ChatSettingsProps) {
  const { value, fault, retry } = useRemote<readonly Note[]>(async (signal) => {
    if (conversationId === undefined) return notes;
    return (await parley.notes.list({ pinnedTo: conversationId, limit: 100 }, { signal })).data;
  });
  const [changed, setChanged] = useState<readonly Note[]>();
  const pinned = changed ?? value;

  async function set(note: Note, isPinned: boolean) {
    if (conversationId !== undefined) {
      const place = { conversationId, noteId: note.id };
      await (isPinned ? parley.conversations.pinNote(place) : parley.conversations.unpinNote(place));
    }
    const others = (pinned ?? []).filter(({ id }) => id !== note.id);
    const next = isPinned ? [...others, note] : others;
    setChanged(next);
    if (conversationId === undefined) onNotes(next);
  }

  return { pinned, fault, retry, set };
}

function Notes({ onFault, ...props }: ChatSettingsProps & { onFault: (fault: string) => void }) {
  const { pinned, fault, retry, set } = usePinned(props);
  const [words, setWords] = useState("");
  const q = words.trim();
  const list = useList(
    (cursor, signal) =>
      parley.notes.list(
        { limit: 10, ...(q !== "" && { q }), ...(cursor !== undefined && { cursor }) },
        { signal },
      ),
    q,
  );
  if (fault !== undefined) return <Fault text={fault} onRetry={retry} />;
  const isPinned = ({ id }: Note) => pinned?.some((one) => one.id === id) === true;
  const shown = [...(pinned ?? []), ...(list.items?.filter((note) => !isPinned(note)) ?? [])];
  return (
    <fieldset class="pins">
      <legend>Notes that every answer is given</legend>
      <SearchField label="Search notes" words={words} onWords={setWords} />
      <ul>
        {shown.map((note) => (
          <li key={note.id}>
            <label>
              <input
                type="checkbox"
                checked={isPinned(note)}
                onChange={({ currentTarget }) =>
                  void set(note, currentTarget.checked).catch((error: unknown) => onFault(inWords(error)))
                }
              />
              <span dir="auto">{note.title ?? note.content}</span>
            </label>
          </li>
        ))}
      </ul>
      {(list.hasMore || list.fault !== undefined) && <ListFoot list={list} empty="" />}
      {list.items !== undefined && shown.length === 0 && (
        <p class="hint">
          {q === "" ? "You have no notes yet. " : "No note is like that. "}
          <a href={addresses.newNote}>Write one</a>
        </p>
      )}
    </fieldset>
  );
}
