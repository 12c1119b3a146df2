import { Choice } from "../ui/choice.tsx";
import { Field } from "../ui/form.tsx";
import type { Model } from "../workspace.ts";
import type { ReplySettings, SettingsChange } from "./reply-settings.ts";

interface ParameterFieldsProps {
  model: Model | undefined;
  settings: ReplySettings;
  onChange: (change: SettingsChange) => void;
}

/** How the model is asked; what it does not take is not offered. */
export function ParameterFields({ model, settings, onChange }: ParameterFieldsProps) {
  const takes = (name: keyof ReplySettings) => model?.parameters.includes(name) === true;
  return (
    <>
      {takes("temperature") && (
        <Amount
          name="temperature"
          label="Temperature"
          hint="0 to 2: how freely it chooses its words. Empty: as the model does by itself."
          maximum={2}
          value={settings.temperature}
          onValue={(temperature) => onChange({ temperature })}
        />
      )}
      {takes("maxOutputTokens") && model !== undefined && (
        <Amount
          name="max-output"
          label="Longest answer, in tokens"
          hint={`Up to ${model.maxOutputTokens.toLocaleString()}, what it thinks included.`}
          minimum={1}
          maximum={model.maxOutputTokens}
          step={1}
          value={settings.maxOutputTokens}
          onValue={(maxOutputTokens) => onChange({ maxOutputTokens })}
        />
      )}
      {takes("reasoningEffort") && (
        <Choice
          name="effort"
          label="How long it thinks"
          options={efforts}
          value={settings.reasoningEffort ?? ""}
          onChange={(effort) =>
            onChange({ reasoningEffort: (effort || null) as SettingsChange["reasoningEffort"] })
          }
        />
      )}
    </>
  );
}

const efforts = [
  { value: "", label: "As the model does by itself" },
  { value: "none", label: "Not at all" },
  { value: "low", label: "Little" },
  { value: "medium", label: "A while" },
  { value: "high", label: "Long" },
];

interface AmountProps {
  name: string;
  label: string;
  hint: string;
  minimum?: number;
  maximum: number;
  step?: number;
  value: number | undefined;
  onValue: (value: number | null) => void;
}

/** A number that is taken once it is written, if it may be. */
function Amount({ minimum: min = 0, maximum: max, step, value, onValue, ...field }: AmountProps) {
  return (
    <Field
      {...field}
      min={min}
      max={max}
      step={step ?? "any"}
      type="number"
      isOptional
      value={String(value ?? "")}
      onChange={({ currentTarget: input }) => {
        if (input.reportValidity()) onValue(input.value === "" ? null : input.valueAsNumber);
      }}
    />
  );
}
