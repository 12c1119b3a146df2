import { priceOf } from "../chat/price.ts";
import { Icon } from "../ui/icons.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import type { AdminModel, ModelBody } from "./model-form.ts";

export interface ModelRowProps {
  model: AdminModel;
  onEdit: () => void;
  onChange: (part: Partial<ModelBody>, done: string) => void;
  onTakeBack: () => void;
  onForget: () => void;
}

function badgeOf({ isDefault, isFallback, isEnabled, isOffered }: AdminModel): string | undefined {
  if (isDefault) return "Default";
  if (!isEnabled) return "Disabled";
  if (!isOffered) return "Without its provider";
  return isFallback ? "Fallback" : undefined;
}

/** What its server is not asked, in words. */
function learntOf(learnt: NonNullable<AdminModel["learnt"]>): string {
  const { refused, maxOutputTokens, contextTokens } = learnt;
  const limits = [
    maxOutputTokens !== null && `more than ${maxOutputTokens} tokens of answer`,
    contextTokens !== null && `more than ${contextTokens} tokens`,
  ];
  const said = [...refused.map((part) => part.replaceAll("_", " ")), ...limits].filter(Boolean);
  return `Refused: ${said.join(", ")}`;
}

function itemsOf({ model, onEdit, onChange, onTakeBack, onForget }: ModelRowProps): MenuItem[] {
  const { isDefault, isFallback, isEnabled, source, learnt } = model;
  const items: (MenuItem | false)[] = [
    { label: "Change", icon: "edit", onChoose: onEdit },
    isEnabled &&
      !isDefault && {
        label: "Make it the default",
        icon: "check",
        onChoose: () => onChange({ isDefault: true }, "It answers by default now"),
      },
    isEnabled && {
      label: isFallback ? "No longer the fallback" : "Make it the fallback",
      icon: "retry",
      onChoose: () => onChange({ isFallback: !isFallback }, "Saved"),
    },
    !isEnabled && {
      label: "Enable",
      icon: "check",
      onChoose: () => onChange({ isEnabled: true }, "Enabled"),
    },
    isEnabled &&
      !isDefault && {
        label: "Disable",
        icon: "close",
        isDanger: true,
        onChoose: () => onChange({ isEnabled: false, isFallback: false }, "Disabled"),
      },
    learnt !== null && { label: "Forget what it refused", icon: "retry", onChoose: onForget },
    source === "admin" &&
      !isDefault && { label: "Take back", icon: "trash", isDanger: true, onChoose: onTakeBack },
  ];
  return items.filter((item) => item !== false);
}

/** A model, what it costs, and what an admin may do with it. */
export function ModelRow(props: ModelRowProps) {
  const { model } = props;
  const badge = badgeOf(model);
  return (
    <li class="row">
      <div class="row-text">
        <strong>{model.displayName ?? model.id}</strong>
        <small>
          {model.displayName !== null && `${model.id} · `}
          {priceOf(model)} · reads {model.contextTokens.toLocaleString("en")} tokens, writes{" "}
          {model.maxOutputTokens.toLocaleString("en")}
        </small>
        {model.learnt !== null && <small>{learntOf(model.learnt)}</small>}
      </div>
      {badge !== undefined && <span class="badge">{badge}</span>}
      <Menu label={`Options of ${model.id}`} items={itemsOf(props)}>
        <Icon name="more" />
      </Menu>
    </li>
  );
}
