import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import type { Piece } from "./code-block.tsx";

const languages = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  kotlin,
  php,
  python,
  ruby,
  rust,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);

interface Emitted {
  readonly pieces: Piece[];
}

/** Gathers pieces of text with what they are, where highlight.js would write HTML. */
class PieceEmitter implements Emitted {
  readonly pieces: Piece[] = [];
  private readonly scopes: string[] = [];

  addText(text: string) {
    if (text !== "") this.pieces.push({ text, scope: this.scopes.at(-1) });
  }

  startScope(scope: string) {
    this.scopes.push(scope.split(/[.:]/, 1).join(""));
  }

  endScope() {
    this.scopes.pop();
  }

  openNode(scope: string) {
    this.startScope(scope);
  }

  closeNode() {
    this.endScope();
  }

  __addSublanguage(emitter: Emitted) {
    this.pieces.push(...emitter.pieces);
  }

  finalize() {
    this.scopes.length = 0;
  }

  toHTML() {
    return "";
  }
}

hljs.configure({ __emitter: PieceEmitter } as object);

/** The code in pieces; undefined where the language is none of ours. */
export function highlight(code: string, language: string): readonly Piece[] | undefined {
  if (hljs.getLanguage(language) === undefined) return undefined;
  const { _emitter } = hljs.highlight(code, { language, ignoreIllegals: true });
  return (_emitter as unknown as Emitted).pieces;
}
