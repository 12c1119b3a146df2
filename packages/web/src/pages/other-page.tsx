import "../first-view.ts";
import type { ComponentType } from "preact";
import { lazy } from "../ui/lazy.tsx";
import { addresses, type Place, place } from "../ui/router.ts";
import { WaitingPage } from "../ui/waiting-page.tsx";

const page = (load: () => Promise<ComponentType>) => lazy(load, WaitingPage);

/** Every page but the chat is loaded when somebody opens it. */
const settings: Readonly<Record<string, ComponentType>> = {
  account: page(async () => (await import("../settings/account-page.tsx")).AccountPage),
  keys: page(async () => (await import("../settings/keys-page.tsx")).KeysPage),
  usage: page(async () => (await import("../settings/usage-page.tsx")).UsagePage),
};

/** The API refuses them to whoever is no admin. */
const admin: Readonly<Record<string, ComponentType>> = {
  overview: page(async () => (await import("../admin/overview-page.tsx")).OverviewPage),
  people: page(async () => (await import("../admin/people-page.tsx")).PeoplePage),
  replies: page(async () => (await import("../admin/replies-page.tsx")).RepliesPage),
  models: page(async () => (await import("../admin/models-page.tsx")).ModelsPage),
  audit: page(async () => (await import("../admin/audit-page.tsx")).AuditPage),
};

const NotesPage = page(async () => (await import("../notes/notes-page.tsx")).NotesPage);
const PromptsPage = page(async () => (await import("../prompts/prompts-page.tsx")).PromptsPage);

function pageAt({ page: name, rest: [tab = ""] }: Place): ComponentType | undefined {
  if (name === "settings") return settings[tab] ?? settings.account;
  if (name === "admin") return admin[tab] ?? admin.overview;
  if (name === "notes") return NotesPage;
  return name === "prompts" ? PromptsPage : undefined;
}

/** The page at an address that is not the chat's. */
export function OtherPage() {
  const Page = pageAt(place.value);
  return Page === undefined ? (
    <main class="chat">
      <div class="welcome">
        <h1>There is no such page</h1>
        <a class="button button-primary" href={addresses.newChat}>
          New chat
        </a>
      </div>
    </main>
  ) : (
    <Page />
  );
}
