import { useEffect, useState } from "preact/hooks";
import { CopyButton } from "../ui/copy-button.tsx";

/** A piece of code, and what it is in its language: a keyword, a string. */
export interface Piece {
  text: string;
  scope: string | undefined;
}

/** Longer code keeps its colour: reading it would hold the page up. */
const longestCode = 20_000;
/** Code that grows is read again once it rests. */
const settleMillis = 80;

function useHighlighting(code: string, language: string) {
  const [read, setRead] = useState<{ code: string; pieces: readonly Piece[] }>();
  useEffect(() => {
    if (language === "" || code.length > longestCode) return undefined;
    let isCurrent = true;
    const timer = setTimeout(async () => {
      // Without colours it can be read as well.
      const { highlight } = await import("./highlight.ts").catch(() => ({ highlight: () => undefined }));
      // Each block in a task of its own, also where many have waited for the file: others may come between.
      await new Promise((resume) => setTimeout(resume));
      const pieces = isCurrent ? highlight(code, language) : undefined;
      if (pieces !== undefined) setRead({ code, pieces });
    }, settleMillis);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [code, language]);
  return read !== undefined && code.startsWith(read.code) ? read : undefined;
}

/** Code as it was written, with its language and a button that copies it. */
export function CodeBlock({ code, language }: { code: string; language: string }) {
  const [name = ""] = language.split(/\s/);
  const read = useHighlighting(code, name.toLowerCase());
  return (
    <figure class="code">
      <figcaption>
        <span>{name || "text"}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0} dir="ltr">
        <code>
          {read?.pieces.map(({ text, scope }) =>
            scope === undefined ? text : <span class={`code-${scope}`}>{text}</span>,
          )}
          {code.slice(read?.code.length ?? 0)}
        </code>
      </pre>
    </figure>
  );
}
