import type { Token, Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { decodeEntities } from "./entities.ts";
import { safeAddress } from "./links.ts";

/** What stands inside of a block. */
export function Inline({ tokens }: { tokens: readonly Token[] | undefined }) {
  return <>{tokens?.map(renderInline)}</>;
}

function Link({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

function link({ href, raw, tokens }: Tokens.Link) {
  const address = safeAddress(decodeEntities(href));
  if (address === undefined) return raw;
  return (
    <Link href={address}>
      <Inline tokens={tokens} />
    </Link>
  );
}

/** A picture is never loaded: where it is would learn that it was looked at. */
function image({ href, text, raw }: Tokens.Image) {
  const address = safeAddress(decodeEntities(href));
  return address === undefined ? raw : <Link href={address}>{text || address}</Link>;
}

function renderInline(token: Token): ComponentChildren {
  switch (token.type) {
    case "strong":
      return (
        <strong>
          <Inline tokens={token.tokens} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Inline tokens={token.tokens} />
        </em>
      );
    case "del":
      return (
        <del>
          <Inline tokens={token.tokens} />
        </del>
      );
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return link(token as Tokens.Link);
    case "image":
      return image(token as Tokens.Image);
    case "escape":
      return token.text;
    case "text":
      return "tokens" in token && token.tokens !== undefined ? (
        <Inline tokens={token.tokens} />
      ) : (
        decodeEntities(token.text)
      );
    default:
      return token.raw;
  }
}
