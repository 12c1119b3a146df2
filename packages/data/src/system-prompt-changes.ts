import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { type Created, type IdempotentRequest, rememberRequest } from "./idempotency-keys.ts";
import { newId } from "./ids.ts";
import type { Transaction } from "./prepared.ts";
import { adminActions } from "./schema/admin-actions.ts";
import { systemPrompts } from "./schema/system-prompts.ts";
import { users } from "./schema/users.ts";
import { withinLimits } from "./storage.ts";
import { type SystemPromptRow, usablePrompt } from "./system-prompts.ts";

export interface NewSystemPrompt extends IdempotentRequest {
  ownerId: string;
  systemPromptId: string;
  name: string;
  content: string;
  visibility: "private" | "public";
  /** Whether this user may make texts public. */
  mayPublish: boolean;
  /** The owner's other default stops being it, in the same transaction. */
  isDefault: boolean;
}

/** Keeps two requests that set a user's default from colliding; it comes before the lock of any prompt. */
async function lockDefault(transaction: Transaction, userId: string): Promise<void> {
  await transaction.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("no key update");
}

/** Leaves a user without a default, for the transaction to set another one. */
async function unsetDefault(transaction: Transaction, userId: string): Promise<void> {
  await transaction
    .update(systemPrompts)
    .set({ isDefault: false, version: sql`${systemPrompts.version} + 1`, updatedAt: sql`now()` })
    .where(and(eq(systemPrompts.ownerId, userId), systemPrompts.isDefault));
}

/** Saves a prompt, or finds what the same request made before. */
export async function createSystemPrompt(
  database: Database,
  args: NewSystemPrompt,
): Promise<Created | { outcome: "unpublishable" }> {
  const { ownerId, systemPromptId, name, content, visibility, isDefault } = args;
  if (visibility === "public" && !args.mayPublish) return { outcome: "unpublishable" };
  const requested = { ownerId, kind: "system_prompt", resourceId: systemPromptId } as const;
  return database.run(({ orm }) =>
    orm.transaction(async (transaction): Promise<Created> => {
      const earlier = await rememberRequest(transaction, requested, args);
      if (earlier !== undefined) return earlier;
      if (isDefault) {
        await lockDefault(transaction, ownerId);
        await unsetDefault(transaction, ownerId);
      }
      const [created] = await withinLimits(transaction, ownerId, () =>
        transaction
          .insert(systemPrompts)
          .values({ id: systemPromptId, ownerId, name, content, visibility, isDefault })
          .returning({ id: systemPrompts.id, createdAt: systemPrompts.createdAt }),
      );
      return { outcome: "created", ...(created as NonNullable<typeof created>) };
    }),
  );
}

export interface Asker {
  /** Who asks: the owner of the prompt, or an admin where it is public. */
  ownerId: string;
  isAdmin: boolean;
  /** For the record that is kept of what an admin does to another's prompt. */
  requestId: string;
  systemPromptId: string;
  expectedVersion: number | undefined;
}

export interface SystemPromptChange extends Asker {
  name?: string | undefined;
  content?: string | undefined;
  visibility?: "private" | "public" | undefined;
  isDefault?: boolean | undefined;
  /** Whether the asker may make texts public. */
  mayPublish: boolean;
}

export type PromptRefusal = "not_found" | "forbidden" | "stale" | "unpublishable";

/** The prompt, locked, that the caller may change, or why not. Which prompt is a user's default, nobody else says. */
async function lockPrompt(
  transaction: Transaction,
  { ownerId, isAdmin, systemPromptId, expectedVersion }: Asker,
  isAboutDefault: boolean,
): Promise<SystemPromptRow | PromptRefusal> {
  const [prompt] = await transaction
    .select()
    .from(systemPrompts)
    .where(usablePrompt(ownerId, systemPromptId))
    .for("no key update");
  if (prompt === undefined) return "not_found";
  if (prompt.ownerId !== ownerId && (!isAdmin || isAboutDefault)) return "forbidden";
  if (expectedVersion !== undefined && prompt.version !== expectedVersion) return "stale";
  return prompt;
}

/** Whether a change would show everybody a text that they have not seen. */
function publishes({ name, content, visibility }: SystemPromptChange, prompt: SystemPromptRow): boolean {
  const isNew = name !== undefined || content !== undefined || prompt.visibility === "private";
  return (visibility ?? prompt.visibility) === "public" && isNew;
}

function thisPrompt({ ownerId, id }: SystemPromptRow): SQL | undefined {
  return and(eq(systemPrompts.ownerId, ownerId), eq(systemPrompts.id, id));
}

/** Records what an admin did to another's prompt, and never its text. */
async function recordAct(
  transaction: Transaction,
  { ownerId: adminId, requestId }: Asker,
  { ownerId: userId, id }: SystemPromptRow,
  act: { action: "prompt.changed" | "prompt.deleted"; fields?: string },
): Promise<void> {
  if (userId === adminId) return;
  const { action, fields } = act;
  await transaction.insert(adminActions).values({
    ...{ id: newId(), adminId, action, userId, requestId },
    details: { systemPromptId: id, ...(fields && { fields }) },
  });
}

/** The changed prompt, or why it was not changed. */
export async function updateSystemPrompt(
  database: Database,
  change: SystemPromptChange,
): Promise<SystemPromptRow | PromptRefusal> {
  const { ownerId, name, content, visibility, isDefault } = change;
  const texts = { name, content, visibility };
  return database.run(({ orm }) =>
    orm.transaction(async (transaction) => {
      if (isDefault) await lockDefault(transaction, ownerId);
      const prompt = await lockPrompt(transaction, change, isDefault !== undefined);
      if (typeof prompt === "string") return prompt;
      if (!change.mayPublish && publishes(change, prompt)) return "unpublishable";
      if (isDefault && !prompt.isDefault) await unsetDefault(transaction, ownerId);
      const [changed = prompt] = await withinLimits(transaction, prompt.ownerId, () =>
        transaction
          .update(systemPrompts)
          .set({ ...texts, isDefault, version: sql`${systemPrompts.version} + 1`, updatedAt: sql`now()` })
          .where(thisPrompt(prompt))
          .returning(),
      );
      const fields = Object.entries(texts).flatMap(([field, value]) => (value === undefined ? [] : [field]));
      await recordAct(transaction, change, changed, { action: "prompt.changed", fields: fields.join(",") });
      return changed;
    }),
  );
}

/** Deletes a prompt for good; conversations and replies keep their copies of its text. */
export async function deleteSystemPrompt(
  database: Database,
  asker: Asker,
): Promise<"deleted" | PromptRefusal> {
  return database.run(({ orm }) =>
    orm.transaction(async (transaction) => {
      const prompt = await lockPrompt(transaction, asker, false);
      if (typeof prompt === "string") return prompt;
      await transaction.delete(systemPrompts).where(thisPrompt(prompt));
      await recordAct(transaction, asker, prompt, { action: "prompt.deleted" });
      return "deleted";
    }),
  );
}
