import { useRemote } from "../pages/use-remote.ts";
import type { SystemPrompt } from "../prompts/prompts-page.tsx";
import { parley } from "../session/session.ts";
import { Fault } from "../ui/fault.tsx";
import type { ChosenPrompt } from "./begin-chat.ts";

export interface PromptChoiceProps {
  isNew: boolean;
  prompt: ChosenPrompt;
  promptText: string | null;
  onPrompt: (prompt: ChosenPrompt) => void;
}

/** The system prompt of a conversation. */
export function PromptChoice({ isNew, prompt, promptText, onPrompt }: PromptChoiceProps) {
  const { value, fault, retry } = useRemote(async (signal) => {
    const lists = await Promise.all([
      parley.systemPrompts.list({ limit: 100 }, { signal }),
      parley.systemPrompts.list({ limit: 100, visibility: "public" }, { signal }),
    ]);
    const [own, shared] = lists.map(({ data }) => data) as [SystemPrompt[], SystemPrompt[]];
    return [...own, ...shared.filter(({ isOwn }) => !isOwn)];
  });
  if (fault !== undefined) return <Fault text={fault} onRetry={retry} />;
  const prompts = value ?? [];
  const preset = prompts.find(({ isDefault }) => isDefault);
  const chosen = prompt.kind === "saved" ? prompts.find(({ id }) => id === prompt.id) : undefined;
  const text = isNew ? ((prompt.kind === "default" ? preset : chosen)?.content ?? null) : promptText;
  const group = (label: string, isOwn: boolean) => {
    const some = prompts.filter((one) => one.isOwn === isOwn);
    return (
      some.length > 0 && (
        <optgroup label={label}>
          {some.map(({ id, name }) => (
            <option key={id} value={id} selected={prompt.kind === "saved" && prompt.id === id}>
              {name}
            </option>
          ))}
        </optgroup>
      )
    );
  };
  return (
    <div class="field">
      <label for="chat-prompt">System prompt</label>
      <select
        class="input"
        id="chat-prompt"
        onChange={({ currentTarget: { value: id } }) =>
          onPrompt(id === "none" || id === "default" ? { kind: id } : { kind: "saved", id })
        }
      >
        {isNew && (
          <option value="default" selected={prompt.kind === "default"}>
            {preset === undefined || preset.name === "Default" ? "Default" : `Default: ${preset.name}`}
          </option>
        )}
        {prompt.kind === "own text" && <option selected>Its own text</option>}
        <option value="none" selected={prompt.kind === "none"}>
          None
        </option>
        {group("Yours", true)}
        {group("Public", false)}
      </select>
      {text !== null && (
        <p class="hint prompt-text" dir="auto">
          {text}
        </p>
      )}
    </div>
  );
}
