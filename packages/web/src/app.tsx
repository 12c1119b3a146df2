import { Restoring } from "./session/restoring.tsx";
import { sessionState } from "./session/session.ts";
import { SignInPages } from "./session/sign-in-pages.tsx";
import { Shell } from "./shell.tsx";
import { announcement } from "./ui/announce.ts";

export function App() {
  return (
    <>
      <Page />
      <p class="visually-hidden" role="status">
        {announcement}
      </p>
    </>
  );
}

function Page() {
  if (sessionState.value === "signed-in") return <Shell />;
  return sessionState.value === "restoring" ? <Restoring /> : <SignInPages />;
}
