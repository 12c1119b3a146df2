import { useEffect, useState } from "preact/hooks";
import { inWords } from "../ui/words.ts";
import { restore } from "./session.ts";

/** Empty for the moment that it takes; when the server cannot be reached, it says so and tries again. */
export function Restoring() {
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const attempt = () =>
      restore().catch((error: unknown) => {
        setFault(inWords(error));
        timer = setTimeout(attempt, 3_000);
      });
    void attempt();
    return () => clearTimeout(timer);
  }, []);
  return <main class="restoring">{fault !== undefined && <p role="alert">{fault}</p>}</main>;
}
