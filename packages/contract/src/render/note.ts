import type { Note } from "../schemas/note.ts";

/** A stored note. */
export interface NoteSource extends Omit<Note, "createdAt" | "updatedAt"> {
  createdAt: Date;
  updatedAt: Date;
}

export function renderNote(row: NoteSource): Note {
  return {
    id: row.id,
    title: row.title,
    content: row.content,
    tags: row.tags,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
