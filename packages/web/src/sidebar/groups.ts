import type { Conversation } from "@parley/client";

const dayMillis = 86_400_000;

function nameOf(updatedAt: string, today: number): string {
  const at = new Date(updatedAt);
  if (at.getTime() >= today) return "Today";
  if (at.getTime() >= today - dayMillis) return "Yesterday";
  if (at.getTime() >= today - 7 * dayMillis) return "This week";
  if (at.getTime() >= today - 30 * dayMillis) return "This month";
  return at.toLocaleDateString("en", { month: "long", year: "numeric" });
}

/** Conversations under the day, or later the month, that they were last used in. */
export function groupsOf(
  conversations: readonly Conversation[],
  now = new Date(),
): { name: string; conversations: Conversation[] }[] {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const groups: { name: string; conversations: Conversation[] }[] = [];
  for (const conversation of conversations) {
    const name = nameOf(conversation.updatedAt, today);
    const group = groups.find((one) => one.name === name);
    if (group === undefined) groups.push({ name, conversations: [conversation] });
    else group.conversations.push(conversation);
  }
  return groups;
}
