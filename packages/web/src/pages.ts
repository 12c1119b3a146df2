import type { ComponentType } from "preact";
import { lazy } from "./ui/lazy.tsx";
import type { Place } from "./ui/router.ts";
import { WaitingPage } from "./ui/waiting-page.tsx";

const page = (load: () => Promise<ComponentType>) => lazy(load, WaitingPage);

/** Every page but the chat is loaded when somebody opens it. */
const settings: Readonly<Record<string, ComponentType>> = {
  account: page(async () => (await import("./settings/account-page.tsx")).AccountPage),
  keys: page(async () => (await import("./settings/keys-page.tsx")).KeysPage),
  usage: page(async () => (await import("./settings/usage-page.tsx")).UsagePage),
};

const NotesPage = page(async () => (await import("./notes/notes-page.tsx")).NotesPage);
const PromptsPage = page(async () => (await import("./prompts/prompts-page.tsx")).PromptsPage);

/** The page at an address; undefined for the chat. */
export function pageAt({ page: name, rest: [tab = ""] }: Place): ComponentType | undefined {
  if (name === "settings") return settings[tab] ?? settings.account;
  if (name === "notes") return NotesPage;
  return name === "prompts" ? PromptsPage : undefined;
}
