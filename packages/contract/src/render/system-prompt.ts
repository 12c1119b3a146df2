import type { SystemPrompt } from "../schemas/system-prompt.ts";

/** A stored prompt. */
export interface SystemPromptSource {
  id: string;
  ownerId: string;
  name: string;
  content: string;
  visibility: "private" | "public";
  isDefault: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** A prompt as this user sees it: whose it is otherwise, and whether it is their default, is not shown. */
export function renderSystemPrompt(row: SystemPromptSource, userId: string): SystemPrompt {
  const isOwn = row.ownerId === userId;
  return {
    id: row.id,
    name: row.name,
    content: row.content,
    visibility: row.visibility,
    isDefault: isOwn && row.isDefault,
    isOwn,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
