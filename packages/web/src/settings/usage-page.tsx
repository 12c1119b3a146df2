import type { Operations } from "@parley/client";
import { ListFoot } from "../pages/list-foot.tsx";
import { Block, PageFrame } from "../pages/page-frame.tsx";
import { UsageCharts } from "../pages/usage-charts.tsx";
import { useList } from "../pages/use-list.ts";
import { useRemote } from "../pages/use-remote.ts";
import { parley } from "../session/session.ts";
import { Fault } from "../ui/fault.tsx";
import { addresses } from "../ui/router.ts";
import { dayOf, momentOf } from "../ui/times.ts";
import { SettingsTabs } from "./settings-tabs.tsx";

type Entry = Awaited<ReturnType<Operations["me"]["ledger"]>>["data"][number];

export function UsagePage() {
  return (
    <PageFrame group="Settings" title="Usage" tabs={<SettingsTabs current={addresses.usage} />}>
      <Balance />
      <Block title="Answers">
        <UsageCharts read={(by, signal) => parley.me.usage({ by }, { signal })} />
      </Block>
      <Block title="Limits">
        <Limits />
      </Block>
      <Block title="Ledger">
        <Ledger />
      </Block>
    </PageFrame>
  );
}

function Balance() {
  const { value, fault, retry } = useRemote((signal) => parley.me.tokens(undefined, { signal }));
  if (fault !== undefined) return <Fault text={fault} onRetry={retry} />;
  const figure = (count: number | undefined) => (count === undefined ? "\u00a0" : count.toLocaleString());
  return (
    <dl class="figures">
      <div>
        <dt>Tokens to spend</dt>
        <dd>{figure(value?.available)}</dd>
      </div>
      <div>
        <dt>Held back</dt>
        <dd>{figure(value?.held)}</dd>
      </div>
      {value?.refill && (
        <div>
          <dt>Topped up on {dayOf(value.refill.nextAt)} to</dt>
          <dd>{figure(value.refill.monthlyTokens)}</dd>
        </div>
      )}
    </dl>
  );
}

const kinds = {
  conversations: "Conversations",
  messages: "Messages",
  notes: "Notes",
  systemPrompts: "System prompts",
  apiKeys: "API keys",
} as const;

const megabytes = (bytes: number) =>
  `${(bytes / 1_000_000).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;

function Limits() {
  const { value, fault, retry } = useRemote((signal) => parley.me.get(undefined, { signal }));
  if (fault !== undefined) return <Fault text={fault} onRetry={retry} />;
  const storage = value?.storage;
  const figure = (used: number, limit: number | null, say: (count: number) => string) => (
    <dd>
      {say(used)}
      {limit !== null && <small>of {say(limit)}</small>}
    </dd>
  );
  const count = (each: number) => each.toLocaleString();
  const limits = value?.limits;
  return (
    <dl class="figures">
      {limits?.tokensPerDay.limit && (
        <div>
          <dt>Read and written today</dt>
          {figure(limits.tokensPerDay.used, limits.tokensPerDay.limit, count)}
        </div>
      )}
      {limits?.tokensPerMonth.limit && (
        <div>
          <dt>Read and written this month</dt>
          {figure(limits.tokensPerMonth.used, limits.tokensPerMonth.limit, count)}
        </div>
      )}
      {(Object.keys(kinds) as (keyof typeof kinds)[]).map((kind) => (
        <div key={kind}>
          <dt>{kinds[kind]}</dt>
          {storage ? figure(storage[kind].used, storage[kind].limit, count) : <dd>{"\u00a0"}</dd>}
        </div>
      ))}
      <div>
        <dt>Text</dt>
        {storage ? figure(storage.bytes.used, storage.bytes.limit, megabytes) : <dd>{"\u00a0"}</dd>}
      </div>
    </dl>
  );
}

const signs = { grant: "+", debit: "−", hold: "", release: "" } as const;

function nameOf({ kind, reason, replyId }: Entry): string {
  if (kind === "hold") return "Held for an answer";
  if (kind === "release") return "No longer held";
  if (kind === "debit" && replyId !== null)
    return reason === "completed" ? "An answer" : `An answer (${reason})`;
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

function Ledger() {
  const list = useList((cursor, signal) =>
    parley.me.ledger({ limit: 50, ...(cursor !== undefined && { cursor }) }, { signal }),
  );
  return (
    <>
      <ul class="rows">
        {list.items?.map((entry) => (
          <li key={entry.id} class="row">
            <div class="row-text">
              <span>{nameOf(entry)}</span>
              <small>{momentOf(entry.createdAt)}</small>
            </div>
            <div class="row-figures">
              <span class={entry.kind === "hold" || entry.kind === "release" ? "muted" : undefined}>
                {signs[entry.kind]}
                {entry.amount.toLocaleString()}
              </span>
              <small>{entry.balance.toLocaleString()}</small>
            </div>
          </li>
        ))}
      </ul>
      <ListFoot list={list} empty="Nothing has been earned or spent yet." />
    </>
  );
}
