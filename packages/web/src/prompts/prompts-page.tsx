import type { Operations } from "@parley/client";
import { useState } from "preact/hooks";
import { ListFoot } from "../pages/list-foot.tsx";
import { PageFrame } from "../pages/page-frame.tsx";
import { useList } from "../pages/use-list.ts";
import { parley } from "../session/session.ts";
import { addresses, place } from "../ui/router.ts";
import { SearchField } from "../ui/search-field.tsx";
import { PromptPage } from "./prompt-page.tsx";

export type SystemPrompt = Awaited<ReturnType<Operations["systemPrompts"]["get"]>>;

export function PromptsPage() {
  const [id] = place.value.rest;
  return id ? <PromptPage key={id} systemPromptId={id === "new" ? undefined : id} /> : <PromptList />;
}

function PromptList() {
  const [words, setWords] = useState("");
  const q = words.trim();
  return (
    <PageFrame
      title="System prompts"
      action={
        <a class="button button-primary" href={addresses.newPrompt}>
          New prompt
        </a>
      }
    >
      <p class="lead">
        Texts that tell a model how to answer. A conversation keeps its own copy of the one it began with.
      </p>
      <SearchField label="Search prompts" words={words} onWords={setWords} />
      <Section
        title="Yours"
        q={q}
        empty={q === "" ? "There are no prompts yet." : "No prompt is like that."}
      />
      <Section
        title="Public"
        q={q}
        visibility="public"
        empty={q === "" ? "Nobody else has made a prompt public." : "No public prompt is like that."}
      />
    </PageFrame>
  );
}

/** One's own, or others' public ones. */
function Section(props: { title: string; q: string; visibility?: "public"; empty: string }) {
  const { title, q, visibility, empty } = props;
  const list = useList(
    (cursor, signal) =>
      parley.systemPrompts.list(
        {
          limit: 50,
          ...(q !== "" && { q }),
          ...(visibility !== undefined && { visibility }),
          ...(cursor !== undefined && { cursor }),
        },
        { signal },
      ),
    q,
  );
  const shown = list.items?.filter(({ isOwn }) => isOwn === (visibility === undefined));
  return (
    <section class="list-part" aria-label={title}>
      {shown !== undefined && <h2>{title}</h2>}
      {shown !== undefined && shown.length > 0 && <Rows prompts={shown} />}
      <ListFoot list={{ ...list, items: shown }} empty={empty} />
    </section>
  );
}

function Rows({ prompts }: { prompts: readonly SystemPrompt[] }) {
  return (
    <ul class="rows">
      {prompts.map((prompt) => (
        <li key={prompt.id} class="row">
          <div class="row-text">
            <a class="row-link" href={addresses.prompt(prompt.id)} dir="auto">
              {prompt.name}
            </a>
            <span class="snippet" dir="auto">
              {prompt.content}
            </span>
          </div>
          {prompt.isDefault && <span class="badge">Default</span>}
          {prompt.isOwn && prompt.visibility === "public" && <span class="badge">Public</span>}
        </li>
      ))}
    </ul>
  );
}
