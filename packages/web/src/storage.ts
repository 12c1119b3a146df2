/** What the browser does not store is kept here, for as long as the page is open. */
const kept = new Map<string, string>();

/** localStorage where there is one: it may be forbidden or full, and then nothing outlives the page. */
export const storage = {
  get(key: string): string | undefined {
    try {
      return kept.get(key) ?? localStorage.getItem(key) ?? undefined;
    } catch {
      return kept.get(key);
    }
  },
  set(key: string, value: string | undefined): void {
    kept.delete(key);
    try {
      if (value === undefined) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      if (value !== undefined) kept.set(key, value);
    }
  },
  removeAll(prefix: string): void {
    for (const key of kept.keys()) if (key.startsWith(prefix)) kept.delete(key);
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
    } catch {
      // There was nothing to remove.
    }
  },
};
