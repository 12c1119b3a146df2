import { type ReactNode, useState } from "react";
import { isSignedIn, signIn } from "./session.ts";

/** Shows a form to whoever has not signed in, and `children` to everybody else. */
export function SignIn({ children }: { children: ReactNode }) {
  const [signedIn, setSignedIn] = useState(isSignedIn);
  const [problem, setProblem] = useState("");
  if (signedIn) return children;
  const submit = (form: FormData) =>
    signIn(String(form.get("email")), String(form.get("password"))).then(
      () => setSignedIn(true),
      (error: Error) => setProblem(error.message),
    );
  return (
    <form action={submit}>
      <label>
        E-mail <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button type="submit">Sign in</button>
      <p role="alert">{problem}</p>
    </form>
  );
}
