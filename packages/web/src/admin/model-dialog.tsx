import { useState } from "preact/hooks";
import { parley } from "../session/session.ts";
import { Choice } from "../ui/choice.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Form } from "../ui/form.tsx";
import { showToast } from "../ui/toast.tsx";
import { type AdminModel, parameters, readForm } from "./model-form.ts";

/** A model that is not there yet, as far as its server tells. */
export type NewModel = Partial<Pick<AdminModel, "id" | "displayName" | "contextTokens">>;

export interface ModelDialogProps {
  /** Absent: one is added. */
  model: AdminModel | undefined;
  suggested?: NewModel;
  onWritten: () => void;
  onClose: () => void;
}

const wholeNumber = "[1-9][0-9]*";
const amount = "[0-9]+([.][0-9]+)?";
const kinds = [
  { value: "flat", label: "The same for every reply" },
  { value: "metered", label: "By what it reads and writes" },
];

interface CheckOption {
  name: string;
  label: string;
  isChecked: boolean;
}

const inBackground = {
  name: "background",
  label: "In the background (OpenAI)",
};

const textOf = (value: number | undefined) => (value === undefined ? {} : { value: String(value) });

/** Asks for limits and price of a model. */
export function ModelDialog({ model, suggested = {}, onWritten, onClose }: ModelDialogProps) {
  const [kind, setKind] = useState<string>(model?.price.kind ?? "metered");
  const isNew = model === undefined;
  const id = model?.id ?? suggested.id;
  const taken: readonly string[] = model?.parameters ?? ["maxOutputTokens"];
  return (
    <Dialog title={isNew ? "Add a model" : `Change ${model.id}`} onClose={onClose}>
      <Form
        submit={isNew ? "Add" : "Save"}
        onCancel={onClose}
        onValues={(values) => setKind(values.kind ?? kind)}
        onSubmit={async ({ id: written = "", ...values }) => {
          await parley.admin.writeModel({ modelId: id ?? written.trim(), ...readForm(values, model) });
          onWritten();
          onClose();
          showToast(isNew ? "Added" : "Saved");
        }}
      >
        {id === undefined && (
          <Field
            name="id"
            label="Model"
            hint="A provider of this deployment and its name of the model, such as groq/llama-3.3."
            pattern="[a-z0-9\-]+/[!-~]+"
            maxLength={160}
            autofocus
          />
        )}
        <Field
          name="displayName"
          label="Shown as"
          value={model?.displayName ?? suggested.displayName ?? ""}
          maxLength={100}
          isOptional
        />
        <div class="field-pair">
          <Field
            name="context"
            label="Tokens it reads and writes"
            pattern={wholeNumber}
            inputMode="numeric"
            {...textOf(model?.contextTokens ?? suggested.contextTokens ?? undefined)}
          />
          <Field
            name="longest"
            label="Tokens of one answer"
            pattern={wholeNumber}
            inputMode="numeric"
            {...textOf(model?.maxOutputTokens)}
          />
        </div>
        <Choice name="kind" label="Price" options={kinds} value={kind} />
        <Prices kind={kind} price={model?.price} />
        <Checks
          legend="Parameters it takes"
          options={parameters.map((name) => ({ name, label: name, isChecked: taken.includes(name) }))}
        />
        <Checks
          legend="How it is asked"
          options={[{ ...inBackground, isChecked: model?.background ?? false }]}
        />
        <Costs cost={model?.costPerMillion ?? undefined} />
        <Field
          name="position"
          label="Place in lists"
          hint="Lower ones come first."
          pattern="-?[0-9]+"
          value={String(model?.position ?? 0)}
        />
      </Form>
    </Dialog>
  );
}

function Prices({ kind, price }: { kind: string; price: AdminModel["price"] | undefined }) {
  if (kind === "flat") {
    const tokens = price?.kind === "flat" ? price.tokens : undefined;
    return (
      <Field
        key="flat"
        name="tokens"
        label="Tokens a reply"
        pattern={wholeNumber}
        inputMode="numeric"
        {...textOf(tokens)}
      />
    );
  }
  const metered = price?.kind === "metered" ? price : undefined;
  return (
    <div class="field-pair" key="metered">
      <Field name="input" label="For 1,000 read" pattern={amount} {...textOf(metered?.inputPer1000)} />
      <Field
        name="cached"
        label="For 1,000 read again"
        pattern={amount}
        isOptional
        {...textOf(metered?.cachedInputPer1000)}
      />
      <Field name="output" label="For 1,000 written" pattern={amount} {...textOf(metered?.outputPer1000)} />
    </div>
  );
}

function Checks({ legend, options }: { legend: string; options: readonly CheckOption[] }) {
  return (
    <fieldset class="pins">
      <legend>{legend}</legend>
      <ul>
        {options.map(({ name, label, isChecked }) => (
          <li key={name}>
            <label>
              <input type="checkbox" name={name} defaultChecked={isChecked} />
              <span>{label}</span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function Costs({ cost }: { cost: NonNullable<AdminModel["costPerMillion"]> | undefined }) {
  return (
    <div class="field-pair">
      <Field
        name="costInput"
        label="$ per million read"
        pattern={amount}
        isOptional
        {...textOf(cost?.input)}
      />
      <Field
        name="costCached"
        label="$ per million read again"
        pattern={amount}
        isOptional
        {...textOf(cost?.cachedInput)}
      />
      <Field
        name="costOutput"
        label="$ per million written"
        pattern={amount}
        isOptional
        {...textOf(cost?.output)}
      />
    </div>
  );
}
