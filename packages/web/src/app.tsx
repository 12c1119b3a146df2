import { Restoring } from "./session/restoring.tsx";
import { sessionState } from "./session/session.ts";
import { Shell } from "./shell.tsx";
import { announcement } from "./ui/announce.ts";
import { lazy } from "./ui/lazy.tsx";
import { WaitingPage } from "./ui/waiting-page.tsx";

const SignInPages = lazy(async () => (await import("./session/sign-in-pages.tsx")).SignInPages, WaitingPage);

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
