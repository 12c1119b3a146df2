import { useState } from "preact/hooks";
import { inWords } from "../ui/words.ts";
import { leaveFor } from "./sign-in-page.ts";
import { offeredWays } from "./sign-in-ways.ts";

/** The providers of the deployment's sign-in page; nothing where there is no such page. */
export function OtherWays() {
  const [fault, setFault] = useState<string>();
  if (offeredWays.value.length === 0) return null;
  return (
    <div class="other-ways">
      <p class="other-ways-or">or</p>
      {offeredWays.value.map((way) => (
        <button
          key={way.name}
          type="button"
          class="button"
          onClick={() => leaveFor(way).catch((error: unknown) => setFault(inWords(error)))}
        >
          Continue with {way.name}
        </button>
      ))}
      {fault !== undefined && <p role="alert">{fault}</p>}
    </div>
  );
}
