import "../first-view.ts";
import type { Token, Tokens } from "marked";
import { Component, type ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { createBlockReader } from "./blocks.ts";
import { CodeBlock } from "./code-block.tsx";
import { decodeEntities } from "./entities.ts";
import { Inline } from "./inline.tsx";
import { Plain } from "./plain.tsx";

/** Markdown as elements: nothing in it is ever taken for HTML, and nothing is loaded. */
export class Markdown extends Component<{ text: string }, { isPlain: boolean }> {
  override state = { isPlain: false };

  /** Nothing nests as deep as a text can pretend to: that one is shown as it was written. */
  override componentDidCatch() {
    this.setState({ isPlain: true });
  }

  override render() {
    const { text } = this.props;
    return this.state.isPlain ? <Plain text={text} /> : <Blocks text={text} />;
  }
}

function Blocks({ text }: { text: string }) {
  const read = useMemo(createBlockReader, []);
  return (
    <div class="prose">
      {read(text).map((token, index) => (
        <Block key={index} token={token} />
      ))}
    </div>
  );
}

/** One block, drawn again only when it has changed. */
class Block extends Component<{ token: Token }> {
  override shouldComponentUpdate({ token }: { token: Token }) {
    return token.raw !== this.props.token.raw || token.type !== this.props.token.type;
  }

  override render() {
    return renderBlock(this.props.token);
  }
}

function blocks(tokens: readonly Token[] = []): ComponentChildren {
  return tokens.map(renderBlock);
}

function heading({ depth, tokens }: Tokens.Heading) {
  // The page's own heading is above them.
  const Level = `h${Math.min(6, depth + 1)}` as "h2";
  return (
    <Level dir="auto" class={`heading-${depth}`}>
      <Inline tokens={tokens} />
    </Level>
  );
}

function list({ ordered, start, items }: Tokens.List) {
  const drawn = items.map((item) => (
    <li dir="auto" class={item.task ? "task" : undefined}>
      {blocks(item.tokens)}
    </li>
  ));
  return ordered ? <ol start={Number(start) || 1}>{drawn}</ol> : <ul>{drawn}</ul>;
}

function table({ header, rows }: Tokens.Table) {
  const cell = (Cell: "th" | "td") => (content: Tokens.TableCell) => (
    <Cell dir="auto" class={content.align ? `align-${content.align}` : undefined}>
      <Inline tokens={content.tokens} />
    </Cell>
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table" tabIndex={0} aria-label="Table">
      <table>
        <thead>
          <tr>{header.map(cell("th"))}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>{row.map(cell("td"))}</tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function renderBlock(token: Token): ComponentChildren {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return heading(token as Tokens.Heading);
    case "paragraph":
      return (
        <p dir="auto">
          <Inline tokens={token.tokens} />
        </p>
      );
    case "code":
      return <CodeBlock code={token.text} language={token.lang ?? ""} />;
    case "list":
      return list(token as Tokens.List);
    case "blockquote":
      return <blockquote dir="auto">{blocks(token.tokens)}</blockquote>;
    case "table":
      return table(token as Tokens.Table);
    case "hr":
      return <hr />;
    case "checkbox":
      return (
        <input
          type="checkbox"
          checked={token.checked}
          disabled
          aria-label={token.checked ? "Done" : "Open"}
        />
      );
    case "text":
      return "tokens" in token ? <Inline tokens={token.tokens} /> : decodeEntities(token.raw);
    default:
      return (
        <p dir="auto" class="literal">
          {token.raw.trim()}
        </p>
      );
  }
}
