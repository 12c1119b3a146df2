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
  const list = useList(
    (cursor, signal) =>
      parley.systemPrompts.list(
        { limit: 50, ...(q !== "" && { q }), ...(cursor !== undefined && { cursor }) },
        { signal },
      ),
    q,
  );
  const own = list.items?.filter(({ isOwn }) => isOwn) ?? [];
  const others = list.items?.filter(({ isOwn }) => !isOwn) ?? [];
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
      <Rows title="Yours" prompts={own} />
      <Rows title="Public" prompts={others} />
      <ListFoot list={list} empty={q === "" ? "There are no prompts yet." : "No prompt is like that."} />
    </PageFrame>
  );
}

function Rows({ title, prompts }: { title: string; prompts: readonly SystemPrompt[] }) {
  if (prompts.length === 0) return null;
  return (
    <section class="list-part" aria-label={title}>
      <h2>{title}</h2>
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
    </section>
  );
}
