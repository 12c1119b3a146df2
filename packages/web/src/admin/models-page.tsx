import { priceOf } from "../chat/price.ts";
import { PageFrame } from "../pages/page-frame.tsx";
import { useRemote } from "../pages/use-remote.ts";
import { parley } from "../session/session.ts";
import { Fault } from "../ui/fault.tsx";
import { addresses } from "../ui/router.ts";
import { AdminTabs } from "./admin-tabs.tsx";

export function ModelsPage() {
  const { value, fault, retry } = useRemote((signal) => parley.models.list(undefined, { signal }));
  return (
    <PageFrame group="Administration" title="Models" tabs={<AdminTabs current={addresses.adminModels} />}>
      <p class="lead">
        The models on offer, and what people pay for their answers. They are set when Parley is deployed.
      </p>
      {fault !== undefined && <Fault text={fault} onRetry={retry} />}
      <ul class="rows">
        {value?.data.map((model) => (
          <li key={model.id} class="row">
            <div class="row-text">
              <strong>{model.id}</strong>
              <small>
                {priceOf(model)} · reads {model.contextTokens.toLocaleString("en")} tokens, writes{" "}
                {model.maxOutputTokens.toLocaleString("en")}
              </small>
            </div>
            {model.isDefault && <span class="badge">Default</span>}
          </li>
        ))}
      </ul>
    </PageFrame>
  );
}
