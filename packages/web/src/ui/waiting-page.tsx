import { sessionState } from "../session/session.ts";
import { DrawerButton } from "./drawer.tsx";
import type { WaitingProps } from "./lazy.tsx";

/** A page that is on its way. */
export function WaitingPage({ hasFailed }: WaitingProps) {
  return (
    <main class="chat" aria-busy={!hasFailed}>
      <header class="page-head">{sessionState.value === "signed-in" && <DrawerButton />}</header>
      {hasFailed && (
        <div class="welcome">
          <p role="alert">This page could not be loaded.</p>
          <button type="button" class="button" onClick={() => location.reload()}>
            Reload
          </button>
        </div>
      )}
    </main>
  );
}
