import { useState } from "preact/hooks";
import { PageFrame } from "../pages/page-frame.tsx";
import { useRemote } from "../pages/use-remote.ts";
import { parley } from "../session/session.ts";
import { Confirm } from "../ui/confirm.tsx";
import { Fault } from "../ui/fault.tsx";
import { addresses } from "../ui/router.ts";
import { showToast } from "../ui/toast.tsx";
import { inWords } from "../ui/words.ts";
import { useWorkspace } from "../workspace.ts";
import { AdminTabs } from "./admin-tabs.tsx";
import { DiscoverDialog } from "./discover-dialog.tsx";
import { ModelDialog, type NewModel } from "./model-dialog.tsx";
import { type AdminModel, change } from "./model-form.ts";
import { ModelRow } from "./model-row.tsx";

type Shown =
  | { dialog: "edit" | "back"; model: AdminModel }
  | { dialog: "add"; suggested?: NewModel }
  | { dialog: "discover" };

export function ModelsPage() {
  const { value, fault, retry } = useRemote((signal) => parley.admin.models(undefined, { signal }));
  const { refreshModels } = useWorkspace();
  const [shown, setShown] = useState<Shown>();
  const close = () => setShown(undefined);
  const reread = () => {
    retry();
    refreshModels();
  };
  const say = (work: Promise<unknown>, done: string) =>
    void work.then(
      () => {
        reread();
        showToast(done);
      },
      (error: unknown) => showToast(inWords(error)),
    );
  const models = value?.data ?? [];
  const keyless = value?.providersWithoutKey ?? [];
  return (
    <PageFrame
      group="Administration"
      title="Models"
      tabs={<AdminTabs current={addresses.adminModels} />}
      action={
        <div class="form-row">
          <button type="button" class="button" onClick={() => setShown({ dialog: "discover" })}>
            Discover
          </button>
          <button type="button" class="button button-primary" onClick={() => setShown({ dialog: "add" })}>
            Add a model
          </button>
        </div>
      }
    >
      <p class="lead">
        The models on offer, and what people pay for their answers. What you change is in force for the next
        message; answers under way keep their price.
      </p>
      {fault !== undefined && <Fault text={fault} onRetry={retry} />}
      {keyless.length > 0 && (
        <p class="lead" role="status">
          Without a key, and not offered: {keyless.join(", ")}.
        </p>
      )}
      <ul class="rows">
        {models.map((model) => (
          <ModelRow
            key={model.id}
            model={model}
            onEdit={() => setShown({ dialog: "edit", model })}
            onTakeBack={() => setShown({ dialog: "back", model })}
            onChange={(part, done) => say(change(model, part), done)}
            onForget={() =>
              say(parley.admin.forgetLearnt({ modelId: model.id }), "It is asked in full again")
            }
          />
        ))}
      </ul>
      {shown?.dialog === "edit" && <ModelDialog model={shown.model} onWritten={reread} onClose={close} />}
      {shown?.dialog === "add" && (
        <ModelDialog
          key={shown.suggested?.id ?? ""}
          model={undefined}
          {...(shown.suggested && { suggested: shown.suggested })}
          onWritten={reread}
          onClose={close}
        />
      )}
      {shown?.dialog === "discover" && (
        <DiscoverDialog
          providers={[...new Set(models.map(({ provider }) => provider))]}
          onChoose={(suggested) => setShown({ dialog: "add", suggested })}
          onClose={close}
        />
      )}
      {shown?.dialog === "back" && <TakeBack model={shown.model} onTakenBack={reread} onClose={close} />}
    </PageFrame>
  );
}

function TakeBack({
  model,
  onTakenBack,
  onClose,
}: {
  model: AdminModel;
  onTakenBack: () => void;
  onClose: () => void;
}) {
  return (
    <Confirm
      title={`Take back ${model.id}?`}
      action="Take back"
      onConfirm={async () => {
        await parley.admin.deleteModel({ modelId: model.id });
        onTakenBack();
        showToast("Taken back");
      }}
      onClose={onClose}
    >
      <p>
        What was said of it here is forgotten. If the settings of the deployment list it, it is as they say.
      </p>
    </Confirm>
  );
}
