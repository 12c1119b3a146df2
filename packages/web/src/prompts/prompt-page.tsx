import { Editor } from "../pages/editor.tsx";
import { useKeptValues } from "../pages/use-kept-values.ts";
import { useRemote } from "../pages/use-remote.ts";
import { parley } from "../session/session.ts";
import { Choice } from "../ui/choice.tsx";
import { Field } from "../ui/form.tsx";
import { addresses } from "../ui/router.ts";
import { TextArea } from "../ui/text-area.tsx";
import { useWorkspace } from "../workspace.ts";
import type { SystemPrompt } from "./prompts-page.tsx";

const readers = [
  { value: "private", label: "Only me" },
  { value: "public", label: "Everybody" },
];
const uses = [
  { value: "no", label: "Where I choose it" },
  { value: "yes", label: "In all new conversations" },
];

/** One prompt, or a new one; other people's can be read and used. */
export function PromptPage({ systemPromptId }: { systemPromptId: string | undefined }) {
  const { me } = useWorkspace();
  const { value, fault, retry } = useRemote<SystemPrompt | null>(async (signal) =>
    systemPromptId === undefined ? null : parley.systemPrompts.get({ systemPromptId }, { signal }),
  );
  const kept = useKeptValues(`prompt.${systemPromptId ?? "new"}`);
  const isEditable = value?.isOwn !== false || me.value?.roles.includes("admin") === true;

  async function save(values: Readonly<Record<string, string>>) {
    const isDefault = values.use === "yes";
    const fields = {
      name: values.name ?? "",
      content: values.content ?? "",
      visibility: values.visibility === "public" ? "public" : "private",
    } as const;
    if (systemPromptId === undefined) await parley.systemPrompts.create({ ...fields, isDefault });
    else
      await parley.systemPrompts.update({
        systemPromptId,
        ...(isEditable && fields),
        ...(isDefault !== value?.isDefault && { isDefault }),
      });
  }

  return (
    <Editor
      title={systemPromptId === undefined ? "New prompt" : "System prompt"}
      what="prompt"
      back={addresses.prompts}
      isLoaded={value !== undefined}
      fault={fault}
      onRetry={retry}
      kept={kept}
      onSave={save}
      {...(systemPromptId !== undefined &&
        value !== undefined &&
        isEditable && { onDelete: () => parley.systemPrompts.delete({ systemPromptId }) })}
    >
      <Field
        name="name"
        label="Name"
        maxLength={200}
        isReadOnly={!isEditable}
        value={kept.valueOf("name", value?.name ?? "")}
      />
      <TextArea
        name="content"
        label="Text"
        hint="{{name}} stands for a value of the conversation's metadata."
        maxLength={32_768}
        isReadOnly={!isEditable}
        value={kept.valueOf("content", value?.content ?? "")}
      />
      <div class="field-pair">
        {isEditable && (
          <Choice
            name="visibility"
            label="Who may read it"
            options={readers}
            value={kept.valueOf("visibility", value?.visibility ?? "private")}
          />
        )}
        <Choice
          name="use"
          label="Use it"
          options={uses}
          value={kept.valueOf("use", value?.isDefault ? "yes" : "no")}
        />
      </div>
    </Editor>
  );
}
