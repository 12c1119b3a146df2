import { signal } from "@preact/signals";
import { lazy } from "../ui/lazy.tsx";

export const isSearching = signal(false);

export const SearchDialog = lazy(async () => (await import("./search-dialog.tsx")).SearchDialog);
