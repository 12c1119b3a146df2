/** Such as `Nov 30, 2026`. */
export function dayOf(instant: string): string {
  return new Date(instant).toLocaleDateString("en", { dateStyle: "medium" });
}

/** Such as `Nov 30, 2026, 9:41 AM`. */
export function momentOf(instant: string): string {
  return new Date(instant).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
}
