import { computed, signal } from "@preact/signals";

const hash = signal(location.hash);
const read = () => {
  hash.value = location.hash;
};
window.addEventListener("hashchange", read);
window.addEventListener("popstate", read);

export interface Place {
  /** Such as `settings`; empty for the chat. */
  page: string;
  /** What stands behind the page's name. */
  rest: readonly string[];
  conversationId: string | undefined;
}

/** Where the address says that we are. */
export const place = computed<Place>(() => {
  const [page = "", ...rest] = hash.value.replace(/^#\/?/, "").split("/");
  return page === "c"
    ? { page: "", rest: [], conversationId: rest[0] || undefined }
    : { page, rest, conversationId: undefined };
});

export const addresses = {
  newChat: "#/",
  conversation: (id: string) => `#/c/${id}`,
  notes: "#/notes",
  newNote: "#/notes/new",
  note: (id: string) => `#/notes/${id}`,
  prompts: "#/prompts",
  newPrompt: "#/prompts/new",
  prompt: (id: string) => `#/prompts/${id}`,
  adminOverview: "#/admin/overview",
  adminPeople: "#/admin/people",
  adminPerson: (id: string) => `#/admin/people/${id}`,
  adminReplies: "#/admin/replies",
  adminModels: "#/admin/models",
  adminAudit: "#/admin/audit",
  account: "#/settings/account",
  keys: "#/settings/keys",
  usage: "#/settings/usage",
};

export function go(address: string): void {
  history.pushState(null, "", address);
  read();
}

/** Goes to the page of this fragment, in the place of the present entry of the history and of what the address asks. */
export function replaceAddress(fragment: string): void {
  history.replaceState(null, "", `${location.pathname}${fragment}`);
  read();
}
