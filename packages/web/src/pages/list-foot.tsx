import { Fault } from "../ui/fault.tsx";
import type { List } from "./use-list.ts";

export interface ListFootProps {
  list: Pick<List<unknown>, "items" | "isBusy" | "fault" | "hasMore" | "more">;
  /** Said where there is nothing. */
  empty: string;
}

/** Below a list: that it is empty, what went wrong, or the button that reads on. */
export function ListFoot({ list, empty }: ListFootProps) {
  if (list.fault !== undefined) return <Fault text={list.fault} onRetry={list.more} />;
  if (!list.hasMore) {
    return list.items?.length === 0 && !list.isBusy ? <p class="empty">{empty}</p> : null;
  }
  return (
    <button type="button" class="button list-more" aria-disabled={list.isBusy} onClick={list.more}>
      Show more
    </button>
  );
}
