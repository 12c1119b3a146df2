import { useState } from "preact/hooks";
import { forgetSession, parley } from "../session/session.ts";
import { Confirm } from "../ui/confirm.tsx";

export function SignOutEverywhere() {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class="button" onClick={() => setAsking(true)}>
        Sign out everywhere
      </button>
      {isAsking && (
        <Confirm
          title="Sign out everywhere?"
          action="Sign out"
          isDanger={false}
          onConfirm={async () => {
            await parley.auth.signOutEverywhere();
            forgetSession("You are signed out everywhere. Other devices may take up to an hour to notice.");
          }}
          onClose={() => setAsking(false)}
        >
          <p>You will have to sign in again here, too. Answers that are being written go on.</p>
        </Confirm>
      )}
    </>
  );
}
