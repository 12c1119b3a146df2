import * as z from "zod/mini";
import { day, modelId } from "./fields.ts";

const dayMillis = 86_400_000;
const firstDay = Date.parse("0001-01-01");
const defaultDays = 30;
const longestDays = 366;

/** The first and the last day of a period, both included. */
export interface UsagePeriod {
  from: string;
  to: string;
}

function daysBefore(end: string, days: number): string {
  const start = Math.max(Date.parse(end) - days * dayMillis, firstDay);
  return new Date(start).toISOString().slice(0, 10);
}

/** The period that is asked for: 30 days until today (UTC), as far as it is left open. */
export function usagePeriod(asked: { from?: string | undefined; to?: string | undefined }): UsagePeriod {
  const { to = new Date().toISOString().slice(0, 10) } = asked;
  return { from: asked.from ?? daysBefore(to, defaultDays - 1), to };
}

function daysIn({ from, to }: UsagePeriod): number {
  return (Date.parse(to) - Date.parse(from)) / dayMillis + 1;
}

export const usageQuery = {
  from: z.optional(day).check(z.meta({ description: "The first day (UTC); without it 30 days until `to`" })),
  to: z.optional(day).check(z.meta({ description: "The last day (UTC), included; without it today" })),
  by: z._default(z.enum(["day", "model"]), "day"),
};

/** Of a query that has the three above. */
export const boundedUsage = z.refine<z.output<z.ZodMiniObject<typeof usageQuery>>>(
  (asked) => {
    const days = daysIn(usagePeriod(asked));
    return days >= 1 && days <= longestDays;
  },
  {
    message: `must be on or before \`to\`, and at most ${longestDays} days`,
    path: ["from"],
    // What is no day has its own sentence, and cannot be counted with.
    when: ({ issues }) => issues.length === 0,
  },
);

const counts = {
  replies: z.int().check(z.meta({ description: "That have ended, however they did" })),
  inputTokens: z.int().check(z.meta({ description: "The model's own, as it counted them" })),
  cachedTokens: z.int().check(z.meta({ description: "Of these, what the provider had cached" })),
  outputTokens: z.int(),
  reasoningTokens: z.int().check(z.meta({ description: "Of these, what was thought and not said" })),
  tokensCharged: z.int().check(z.meta({ description: "Of the balance" })),
};

export const usage = z
  .object({
    from: day,
    to: day,
    by: z.enum(["day", "model"]),
    data: z.array(z.object({ day: z.optional(day), model: z.optional(modelId), ...counts })).check(
      z.meta({
        description: "By day, oldest first, without those of no replies; or by model, dearest first",
      }),
    ),
    total: z.object(counts),
  })
  .register(z.globalRegistry, { id: "Usage" });

export type Usage = z.infer<typeof usage>;
