import { computed, signal } from "@preact/signals";

const hash = signal(location.hash);
const read = () => {
  hash.value = location.hash;
};
window.addEventListener("hashchange", read);
window.addEventListener("popstate", read);

export interface Place {
  conversationId: string | undefined;
}

/** Where the address says that we are. */
export const place = computed<Place>(() => {
  const [first, second] = hash.value.replace(/^#\/?/, "").split("/");
  return { conversationId: first === "c" && second ? second : undefined };
});

export const addresses = {
  newChat: "#/",
  conversation: (id: string) => `#/c/${id}`,
};

export function go(address: string): void {
  history.pushState(null, "", address);
  read();
}
