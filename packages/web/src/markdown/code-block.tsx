import { CopyButton } from "../ui/copy-button.tsx";

/** Code as it was written, with its language and a button that copies it. */
export function CodeBlock({ code, language }: { code: string; language: string }) {
  const [name = ""] = language.split(/\s/);
  return (
    <figure class="code">
      <figcaption>
        <span>{name || "text"}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0} dir="ltr">
        <code>{code}</code>
      </pre>
    </figure>
  );
}
