import { ParleyError } from "@parley/client";
import { useState } from "preact/hooks";
import { parley } from "../session/session.ts";
import { Choice } from "../ui/choice.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Form } from "../ui/form.tsx";
import type { NewModel } from "./model-dialog.tsx";

type Discovered = Awaited<ReturnType<typeof parley.admin.discoverModels>>["data"];

export interface DiscoverDialogProps {
  providers: readonly string[];
  onChoose: (model: NewModel) => void;
  onClose: () => void;
}

async function ask(provider: string): Promise<Discovered | undefined> {
  try {
    return (await parley.admin.discoverModels({ provider })).data;
  } catch (error) {
    if (error instanceof ParleyError && error.status === 503) return undefined;
    throw error;
  }
}

/** Shows what a provider's server has, to be added. */
export function DiscoverDialog({ providers, onChoose, onClose }: DiscoverDialogProps) {
  const [found, setFound] = useState<Discovered | "silent">();
  return (
    <Dialog title="What a provider offers" onClose={onClose}>
      <Form
        submit="Ask its server"
        onCancel={onClose}
        onSubmit={async ({ provider = "" }) => setFound((await ask(provider)) ?? "silent")}
      >
        <Choice
          name="provider"
          label="Provider"
          options={providers.map((provider) => ({ value: provider, label: provider }))}
        />
      </Form>
      {found === "silent" && (
        <p class="fault" role="alert">
          Its server does not list its models.
        </p>
      )}
      {Array.isArray(found) && (
        <ul class="rows" aria-label="Models found">
          {found.map((model) => (
            <li key={model.id} class="row">
              <div class="row-text">
                <strong>{model.name}</strong>
                {model.contextTokens !== null && (
                  <small>{model.contextTokens.toLocaleString("en")} tokens</small>
                )}
              </div>
              {model.isOffered ? (
                <span class="badge">On offer</span>
              ) : (
                <button
                  type="button"
                  class="button"
                  aria-label={`Add ${model.name}`}
                  onClick={() => {
                    const { id, displayName, contextTokens } = model;
                    onChoose({ id, displayName, ...(contextTokens !== null && { contextTokens }) });
                  }}
                >
                  Add
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
