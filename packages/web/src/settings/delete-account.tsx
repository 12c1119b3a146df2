import { useState } from "preact/hooks";
import { forgetSession, parley } from "../session/session.ts";
import { Confirm } from "../ui/confirm.tsx";
import { useWorkspace } from "../workspace.ts";
import { eraseAll } from "./erase-all.ts";

export function DeleteAccount() {
  const { me } = useWorkspace();
  const [isAsking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const email = me.value?.email ?? "delete";
  return (
    <>
      <button
        type="button"
        class="button button-danger"
        onClick={() => {
          setTyped("");
          setAsking(true);
        }}
      >
        Delete account…
      </button>
      {isAsking && (
        <Confirm
          title="Delete your account?"
          action="Delete for good"
          isReady={typed.trim().toLowerCase() === email.toLowerCase()}
          onConfirm={async () => {
            await eraseAll(() => parley.me.delete());
            forgetSession("Your account is deleted.");
          }}
          onClose={() => setAsking(false)}
        >
          <p>Your conversations, notes, prompts, keys and tokens will be gone. Nobody can bring them back.</p>
          <div class="field">
            <label for="confirm-delete">
              Type <strong>{email}</strong> to confirm
            </label>
            <input
              class="input"
              id="confirm-delete"
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              value={typed}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          </div>
        </Confirm>
      )}
    </>
  );
}
