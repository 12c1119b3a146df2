import type { Operations } from "@parley/client";
import { Fault } from "../ui/fault.tsx";
import { Bars, Columns } from "./charts.tsx";
import { useRemote } from "./use-remote.ts";

type Usage = Awaited<ReturnType<Operations["me"]["usage"]>>;

export interface UsageChartsProps {
  read: (by: "day" | "model", signal: AbortSignal) => Promise<Usage>;
}

const dayMillis = 86_400_000;

/** Every day of the period, those without replies included. */
function daysOf({ from, to, data }: Usage): { label: string; value: number }[] {
  const charged = new Map(data.map(({ day, tokensCharged }) => [day, tokensCharged]));
  const count = Math.round((Date.parse(to) - Date.parse(from)) / dayMillis) + 1;
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.parse(from) + index * dayMillis);
    return {
      label: at.toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" }),
      value: charged.get(at.toISOString().slice(0, 10)) ?? 0,
    };
  });
}

/** What replies took in the last 30 days, by day and by model. */
export function UsageCharts({ read }: UsageChartsProps) {
  const { value, fault, retry } = useRemote((signal) =>
    Promise.all([read("day", signal), read("model", signal)]),
  );
  if (fault !== undefined) return <Fault text={fault} onRetry={retry} />;
  if (value === undefined) return <div class="columns" />;
  const [byDay, byModel] = value;
  return (
    <>
      <Columns name="Tokens charged in 30 days" measures={daysOf(byDay)} />
      {byModel.data.length > 0 && (
        <Bars
          measures={byModel.data.map(({ model, replies, tokensCharged }) => ({
            label: `${model ?? "unknown"} · ${replies.toLocaleString("en")} ${replies === 1 ? "answer" : "answers"}`,
            value: tokensCharged,
          }))}
        />
      )}
    </>
  );
}
