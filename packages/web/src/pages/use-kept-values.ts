import { useMemo } from "preact/hooks";
import { drafts } from "../chat/drafts.ts";

type Values = Readonly<Record<string, string>>;

/** What is written in a form and not saved, as a message's draft is kept: it outlives the page and the session. */
export function useKeptValues(name: string) {
  const kept = useMemo(() => JSON.parse(drafts.read(name) || "{}") as Values, [name]);
  return {
    valueOf: (field: string, otherwise: string) => kept[field] ?? otherwise,
    keep: (values: Values) => drafts.write(name, JSON.stringify(values)),
    forget: () => drafts.write(name, ""),
  };
}
