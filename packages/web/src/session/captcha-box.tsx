import { useEffect, useRef, useState } from "preact/hooks";
import { type Captcha, solvedCaptcha } from "./captcha.ts";

/** What both providers' scripts put into the page, under the provider's name. */
interface Widgets {
  render: (place: HTMLElement, options: Readonly<Record<string, unknown>>) => string;
  reset: (id: string) => void;
  remove: (id: string) => void;
}

const scripts = {
  turnstile: "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit",
  hcaptcha: "https://js.hcaptcha.com/1/api.js?render=explicit",
} as const;

const present = (provider: Captcha["provider"]) =>
  (window as unknown as Record<string, Widgets | undefined>)[provider];

async function load(provider: Captcha["provider"]): Promise<Widgets> {
  const loaded = present(provider);
  if (loaded !== undefined) return loaded;
  const script = document.createElement("script");
  script.src = scripts[provider];
  const ended = new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = reject;
  });
  document.head.append(script);
  await ended;
  const widgets = present(provider);
  if (widgets === undefined) throw new Error(`${provider} is not there.`);
  return widgets;
}

/** The captcha that this deployment asks for. Each answer is good for one request, so a used one is asked for again. */
export function CaptchaBox({ provider, siteKey }: Captcha) {
  const place = useRef<HTMLDivElement>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    let leave: (() => void) | undefined;
    let hasLeft = false;
    load(provider).then(
      (widgets) => {
        if (place.current === null || hasLeft) return;
        const forget = () => {
          solvedCaptcha.value = undefined;
        };
        const id = widgets.render(place.current, {
          sitekey: siteKey,
          theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
          callback: (token: string) => {
            solvedCaptcha.value = token;
          },
          "expired-callback": forget,
          "error-callback": forget,
        });
        const ignore = solvedCaptcha.subscribe((token) => {
          if (token === undefined) widgets.reset(id);
        });
        leave = () => {
          ignore();
          widgets.remove(id);
        };
      },
      () => setFailed(true),
    );
    return () => {
      hasLeft = true;
      leave?.();
      solvedCaptcha.value = undefined;
    };
  }, [provider, siteKey]);
  return hasFailed ? (
    <p class="fault" role="alert">
      The captcha could not be loaded. Reload the page, or look whether something blocks it.
    </p>
  ) : (
    <div class="captcha" ref={place} />
  );
}
