import { useEffect, useState } from "preact/hooks";
import { inWords } from "../ui/words.ts";

/** What the API answers to a question without pages; it is asked anew when `query` changes. */
export function useRemote<T>(read: (signal: AbortSignal) => Promise<T>, query = "") {
  const [value, setValue] = useState<T>();
  const [fault, setFault] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const { signal, abort } = abortable();
    setFault(undefined);
    read(signal).then(
      (answer) => !signal.aborted && setValue(() => answer),
      (error: unknown) => !signal.aborted && setFault(inWords(error)),
    );
    return abort;
  }, [query, attempt]);
  return { value, fault, retry: () => setAttempt(attempt + 1) };
}

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
