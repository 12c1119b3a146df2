import type { Answers } from "../route.ts";
import type { noteRoutes } from "../routes/notes.ts";
import { list } from "../schemas/list.ts";
import { note } from "../schemas/note.ts";
import { similarNotes } from "../schemas/search.ts";

export const noteAnswers = {
  listNotes: { 200: list(note) },
  createNote: { 201: note },
  findSimilarNotes: { 200: similarNotes },
  getNote: { 200: note },
  updateNote: { 200: note },
  deleteNote: { 204: undefined },
  pinNote: { 204: undefined },
  unpinNote: { 204: undefined },
} satisfies Answers<typeof noteRoutes>;
