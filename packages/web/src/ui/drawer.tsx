import { signal } from "@preact/signals";
import { Icon } from "./icons.tsx";

/** On narrow screens the sidebar lies over the page, and is closed at first. */
export const isDrawerOpen = signal(false);

/** Shown at the head of each page where the sidebar is not beside it. */
export function DrawerButton() {
  return (
    <button
      type="button"
      class="icon-button drawer-button"
      aria-label="Conversations"
      aria-expanded={isDrawerOpen.value}
      onClick={() => {
        isDrawerOpen.value = true;
        document.getElementById("sidebar")?.querySelector("a")?.focus();
      }}
    >
      <Icon name="menu" />
    </button>
  );
}
