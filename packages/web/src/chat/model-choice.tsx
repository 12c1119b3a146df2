import { Icon } from "../ui/icons.tsx";
import { Menu } from "../ui/menu.tsx";
import { type Model, useWorkspace } from "../workspace.ts";
import { priceOf } from "./price.ts";
import { modelOf } from "./reply-settings.ts";

const nameOf = ({ displayName, name }: Model) => displayName ?? name;

/** The model that answers from now on; null is the deployment's default. */
export function ModelChoice({
  chosen,
  onChoose,
}: {
  chosen: string | null;
  onChoose: (model: string | null) => void;
}) {
  const { models } = useWorkspace();
  const present = modelOf(models.value, chosen);
  const name = present === undefined ? (chosen ?? "") : nameOf(present);
  if (models.value.length < 2) return <span class="model-name">{name}</span>;
  return (
    <Menu
      label={`Model: ${name}`}
      class="model-button"
      placement="up"
      items={models.value.map((model) => ({
        label: nameOf(model),
        hint: priceOf(model),
        isChosen: model.id === present?.id,
        onChoose: () => onChoose(model.isDefault ? null : model.id),
      }))}
    >
      {name}
      <Icon name="down" />
    </Menu>
  );
}
