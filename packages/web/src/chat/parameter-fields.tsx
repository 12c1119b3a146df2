import { Choice } from "../ui/choice.tsx";
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
          step="any"
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
          step="1"
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
  step: string;
  value: number | undefined;
  onValue: (value: number | null) => void;
}

/** A number that is taken once it is written, if it may be. */
function Amount({ name, label, hint, minimum = 0, maximum, step, value, onValue }: AmountProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        class="input"
        type="number"
        id={name}
        min={minimum}
        max={maximum}
        step={step}
        defaultValue={value === undefined ? "" : String(value)}
        aria-describedby={`${name}-hint`}
        onChange={({ currentTarget: input }) => {
          if (input.reportValidity()) onValue(input.value === "" ? null : input.valueAsNumber);
        }}
      />
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
    </div>
  );
}
