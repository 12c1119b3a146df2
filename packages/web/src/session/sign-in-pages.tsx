import "../first-view.ts";
import { useEffect, useState } from "preact/hooks";
import { inWords } from "../ui/words.ts";
import { sessionNotice } from "./session.ts";
import { cameBack, comeBack } from "./sign-in-page.ts";
import { ConfirmPage, ForgotPage, RegisterPage, ResetPage, SignInPage } from "./sign-in-steps.tsx";
import { readSignInWays } from "./sign-in-ways.ts";

/** Where somebody without a session is, and what they have written already; none of it is stored. */
export type Step =
  | { name: "sign-in"; email?: string; notice?: string }
  | { name: "register" }
  | { name: "confirm"; email: string; password: string }
  | { name: "forgot"; email?: string }
  | { name: "reset"; email: string };

export interface StepProps<Name extends Step["name"]> {
  step: Extract<Step, { name: Name }>;
  go: (step: Step) => void;
}

function first(): Step {
  const notice = sessionNotice.value;
  return notice === undefined ? { name: "sign-in" } : { name: "sign-in", notice };
}

export function SignInPages() {
  const [step, go] = useState<Step>(first);
  useEffect(() => {
    void readSignInWays().catch(() => {});
    const values = cameBack();
    if (values === undefined) return;
    void comeBack(values)
      .catch(inWords)
      .then((notice) => {
        if (notice !== undefined) go({ name: "sign-in", notice });
      });
  }, []);
  return (
    <main class="sign-in">
      <div class="sign-in-card" key={step.name}>
        <p class="brand">
          <span class="brand-mark" aria-hidden="true" />
          Parley
        </p>
        {step.name === "sign-in" && <SignInPage step={step} go={go} />}
        {step.name === "register" && <RegisterPage step={step} go={go} />}
        {step.name === "confirm" && <ConfirmPage step={step} go={go} />}
        {step.name === "forgot" && <ForgotPage step={step} go={go} />}
        {step.name === "reset" && <ResetPage step={step} go={go} />}
      </div>
    </main>
  );
}
