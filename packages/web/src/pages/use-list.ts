import { useEffect, useRef, useState } from "preact/hooks";
import { tellingLate, unanswered } from "../ui/late.ts";
import { inWords } from "../ui/words.ts";

interface Page<T> {
  data: readonly T[];
  nextCursor: string | null;
}

interface State<T> {
  items: readonly T[] | undefined;
  cursor: string | null;
  isBusy: boolean;
  fault: string | undefined;
}

export interface List<T> extends Pick<State<T>, "items" | "isBusy" | "fault"> {
  hasMore: boolean;
  /** The next page, or once more the one that could not be read. */
  more: () => void;
  /** Everything from the beginning. */
  reload: () => void;
  put: (item: T) => void;
  take: (id: string) => void;
}

/** After the last key of a search. */
const settleMillis = 180;

/** A list of the API, page by page. It is read anew when `query` changes. */
export function useList<T extends { id: string }>(
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  query = "",
): List<T> {
  const [state, setState] = useState<State<T>>({
    items: undefined,
    cursor: null,
    isBusy: true,
    fault: undefined,
  });
  const running = useRef<AbortController | undefined>(undefined);
  const isFirst = useRef(true);

  async function load(cursor?: string) {
    running.current?.abort();
    const controller = new AbortController();
    const { signal } = controller;
    running.current = controller;
    setState((before) => ({ ...before, isBusy: true, fault: undefined }));
    try {
      const page = await tellingLate(read(cursor, signal), () => {
        if (!signal.aborted) setState((before) => ({ ...before, fault: unanswered }));
      });
      if (signal.aborted) return;
      setState(({ items = [] }) => ({
        items: cursor === undefined ? page.data : [...items, ...page.data],
        cursor: page.nextCursor,
        isBusy: false,
        fault: undefined,
      }));
    } catch (error) {
      if (!signal.aborted) setState((before) => ({ ...before, isBusy: false, fault: inWords(error) }));
    }
  }

  useEffect(() => {
    const timer = setTimeout(() => void load(), isFirst.current ? 0 : settleMillis);
    isFirst.current = false;
    return () => {
      clearTimeout(timer);
      running.current?.abort();
    };
  }, [query]);

  const change = (next: (items: readonly T[]) => readonly T[]) =>
    setState((before) => ({ ...before, items: next(before.items ?? []) }));
  return {
    items: state.items,
    isBusy: state.isBusy,
    fault: state.fault,
    hasMore: state.cursor !== null,
    more: () => void load(state.cursor ?? undefined),
    reload: () => void load(),
    put: (item) =>
      change((items) =>
        items.some(({ id }) => id === item.id)
          ? items.map((one) => (one.id === item.id ? item : one))
          : [item, ...items],
      ),
    take: (id) => change((items) => items.filter((one) => one.id !== id)),
  };
}
