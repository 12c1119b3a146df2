import { useState } from "preact/hooks";
import { forgetSession, keep, parley } from "../session/session.ts";
import { Field, Form } from "../ui/form.tsx";
import { showToast } from "../ui/toast.tsx";

export function PasswordForm() {
  const [count, setCount] = useState(0);
  return (
    <Form
      key={count}
      submit="Change password"
      onSubmit={async ({ current = "", password = "" }) => {
        const tokens = await parley.auth.changePassword({ currentPassword: current, newPassword: password });
        if (tokens === undefined) return forgetSession("Your password is changed. Sign in with it.");
        keep(tokens);
        showToast("Your password is changed");
        setCount(count + 1);
      }}
    >
      <Field name="current" label="Current password" type="password" autocomplete="current-password" />
      <Field
        name="password"
        label="New password"
        type="password"
        autocomplete="new-password"
        hint="At least 8 characters, with capital and small letters, a digit and a symbol."
      />
    </Form>
  );
}
