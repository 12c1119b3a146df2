import { ParleyError } from "@parley/client";
import { useEffect, useState } from "preact/hooks";
import { announce } from "../ui/announce.ts";
import { Field, Form } from "../ui/form.tsx";
import { lazy } from "../ui/lazy.tsx";
import { inWords } from "../ui/words.ts";
import { takeCaptcha } from "./captcha.ts";
import { OtherWays } from "./other-ways.tsx";
import { parley, signIn } from "./session.ts";
import type { StepProps } from "./sign-in-pages.tsx";
import { canRegister, captcha } from "./sign-in-ways.ts";

const CaptchaBox = lazy(async () => (await import("./captcha-box.tsx")).CaptchaBox);

function AskedCaptcha() {
  return captcha.value === null ? null : <CaptchaBox {...captcha.value} />;
}

const passwordHint = "At least 8 characters, with capital and small letters, a digit and a symbol.";
const code = { label: "Six-digit code", inputMode: "numeric", autocomplete: "one-time-code" } as const;

export function SignInPage({ step, go }: StepProps<"sign-in">) {
  return (
    <>
      <h1>Sign in</h1>
      {step.notice !== undefined && <p class="notice">{step.notice}</p>}
      <Form
        submit="Sign in"
        onSubmit={async ({ email = "", password = "" }) => {
          try {
            await signIn(email, password);
          } catch (error) {
            const needsCode =
              error instanceof ParleyError && error.status === 403 && error.message.startsWith("Confirm");
            if (!needsCode) throw error;
            go({ name: "confirm", email, password });
          }
        }}
      >
        <Field
          name="email"
          label="E-mail"
          type="email"
          autocomplete="username"
          autofocus
          {...(step.email !== undefined && { value: step.email })}
        />
        <Field name="password" label="Password" type="password" autocomplete="current-password" />
      </Form>
      <OtherWays />
      <p class="sign-in-links">
        {canRegister.value && (
          <button type="button" class="link" onClick={() => go({ name: "register" })}>
            Create an account
          </button>
        )}
        <button type="button" class="link" onClick={() => go({ name: "forgot" })}>
          Forgot your password?
        </button>
      </p>
    </>
  );
}

export function RegisterPage({ go }: StepProps<"register">) {
  return (
    <>
      <h1>Create an account</h1>
      <Form
        submit="Create account"
        onSubmit={async ({ email = "", password = "" }) => {
          const { userConfirmed } = await parley.auth.register({ email, password, ...takeCaptcha() });
          if (userConfirmed) await signIn(email, password);
          else go({ name: "confirm", email, password });
        }}
      >
        <Field name="email" label="E-mail" type="email" autocomplete="username" autofocus />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          hint={passwordHint}
        />
        <AskedCaptcha />
      </Form>
      <p class="sign-in-links">
        <button type="button" class="link" onClick={() => go({ name: "sign-in" })}>
          I have an account already
        </button>
      </p>
    </>
  );
}

export function ConfirmPage({ step: { email, password }, go }: StepProps<"confirm">) {
  const [notice, setNotice] = useState(`We have sent a code to ${email}.`);
  useEffect(() => announce(notice), [notice]);
  return (
    <>
      <h1>Confirm your address</h1>
      <p class="notice">{notice}</p>
      <Form
        submit="Confirm"
        onSubmit={async (values) => {
          await parley.auth.confirm({ email, code: values.code ?? "" });
          await signIn(email, password);
        }}
      >
        <Field name="code" autofocus maxLength={6} {...code} />
      </Form>
      <AskedCaptcha />
      <p class="sign-in-links">
        <button
          type="button"
          class="link"
          onClick={() =>
            parley.auth.resendCode({ email, ...takeCaptcha() }).then(
              () => setNotice(`We have sent another code to ${email}.`),
              (error: unknown) => setNotice(inWords(error)),
            )
          }
        >
          Send another code
        </button>
        <button type="button" class="link" onClick={() => go({ name: "sign-in", email })}>
          Back
        </button>
      </p>
    </>
  );
}

export function ForgotPage({ go }: StepProps<"forgot">) {
  return (
    <>
      <h1>Forgot your password?</h1>
      <p class="notice">We will send you a code to set a new one with.</p>
      <Form
        submit="Send a code"
        onSubmit={async ({ email = "" }) => {
          await parley.auth.forgotPassword({ email, ...takeCaptcha() });
          go({ name: "reset", email });
        }}
      >
        <Field name="email" label="E-mail" type="email" autocomplete="username" autofocus />
        <AskedCaptcha />
      </Form>
      <p class="sign-in-links">
        <button type="button" class="link" onClick={() => go({ name: "sign-in" })}>
          Back
        </button>
      </p>
    </>
  );
}

export function ResetPage({ step: { email }, go }: StepProps<"reset">) {
  return (
    <>
      <h1>Set a new password</h1>
      <p class="notice">If {email} has an account, a code is on its way.</p>
      <Form
        submit="Set password"
        onSubmit={async (values) => {
          const password = values.password ?? "";
          await parley.auth.resetPassword({ email, code: values.code ?? "", password });
          await signIn(email, password);
        }}
      >
        <Field name="code" autofocus maxLength={6} {...code} />
        <Field
          name="password"
          label="New password"
          type="password"
          autocomplete="new-password"
          hint={passwordHint}
        />
      </Form>
      <p class="sign-in-links">
        <button type="button" class="link" onClick={() => go({ name: "sign-in", email })}>
          Back
        </button>
      </p>
    </>
  );
}
