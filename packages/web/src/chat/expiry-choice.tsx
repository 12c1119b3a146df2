import { Choice } from "../ui/choice.tsx";

interface ExpiryChoiceProps {
  days: number | null;
  onDays: (days: number | null) => void;
}

/** After how long without a change a conversation is erased. */
export function ExpiryChoice({ days, onDays }: ExpiryChoiceProps) {
  const offered = [1, 7, 30, 90];
  if (days !== null && !offered.includes(days)) offered.push(days);
  const options = offered.map((one) => ({
    value: String(one),
    label: `${one === 1 ? "A day" : `${one} days`} after its last change`,
  }));
  return (
    <Choice
      name="expiry"
      label="Keep this chat"
      options={[{ value: "", label: "Until I delete it" }, ...options]}
      value={String(days ?? "")}
      onChange={(value) => onDays(value === "" ? null : Number(value))}
    />
  );
}
