import { lazy } from "../ui/lazy.tsx";
import { Plain } from "./plain.tsx";

/** Reading it is a third of all the code, which the first view does not wait for. */
export const Markdown = lazy(async () => (await import("./markdown.tsx")).Markdown, Plain);
