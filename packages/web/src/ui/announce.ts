import { signal } from "@preact/signals";

/** What the page's one status line says to screen readers. */
export const announcement = signal("");

export function announce(text: string): void {
  // The same words twice would not be read again.
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}
