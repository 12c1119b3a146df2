import { Editor } from "../pages/editor.tsx";
import { useKeptValues } from "../pages/use-kept-values.ts";
import { useRemote } from "../pages/use-remote.ts";
import { parley } from "../session/session.ts";
import { Field } from "../ui/form.tsx";
import { addresses } from "../ui/router.ts";
import { TextArea } from "../ui/text-area.tsx";
import type { Note } from "./notes-page.tsx";

const tagsOf = (text: string) => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ""),
  ),
];

/** One note, or a new one. */
export function NotePage({ noteId }: { noteId: string | undefined }) {
  const { value, fault, retry } = useRemote<Note | null>(async (signal) =>
    noteId === undefined ? null : parley.notes.get({ noteId }, { signal }),
  );
  const kept = useKeptValues(`note.${noteId ?? "new"}`);
  return (
    <Editor
      title={noteId === undefined ? "New note" : "Note"}
      what="note"
      back={addresses.notes}
      isLoaded={value !== undefined}
      fault={fault}
      onRetry={retry}
      kept={kept}
      onSave={async ({ title = "", content = "", tags = "" }) => {
        const fields = { title: title.trim() || null, content, tags: tagsOf(tags) };
        if (noteId === undefined) await parley.notes.create(fields);
        else await parley.notes.update({ noteId, ...fields });
      }}
      {...(noteId !== undefined && { onDelete: () => parley.notes.delete({ noteId }) })}
    >
      <Field
        name="title"
        label="Title"
        maxLength={200}
        isOptional
        value={kept.valueOf("title", value?.title ?? "")}
      />
      <TextArea
        name="content"
        label="Text"
        maxLength={32_768}
        value={kept.valueOf("content", value?.content ?? "")}
      />
      <Field
        name="tags"
        label="Tags"
        hint="Words to find it by, with commas between them."
        isOptional
        value={kept.valueOf("tags", value?.tags.join(", ") ?? "")}
      />
    </Editor>
  );
}
