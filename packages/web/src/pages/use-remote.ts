import { useEffect, useState } from "preact/hooks";
import { tellingLate, unanswered } from "../ui/late.ts";
import { inWords } from "../ui/words.ts";

/** What the API answers to a question without pages; it is asked anew when `query` changes. */
export function useRemote<T>(read: (signal: AbortSignal) => Promise<T>, query = "") {
  const [value, setValue] = useState<T>();
  const [fault, setFault] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const { signal, abort } = abortable();
    setFault(undefined);
    tellingLate(read(signal), () => !signal.aborted && setFault(unanswered)).then(
      (answer) => {
        if (signal.aborted) return;
        setValue(() => answer);
        setFault(undefined);
      },
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
