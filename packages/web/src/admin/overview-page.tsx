import type { Operations } from "@parley/client";
import { useState } from "preact/hooks";
import { Bars } from "../pages/charts.tsx";
import { Block, PageFrame } from "../pages/page-frame.tsx";
import { UsageCharts } from "../pages/usage-charts.tsx";
import { useRemote } from "../pages/use-remote.ts";
import { parley } from "../session/session.ts";
import { Choice } from "../ui/choice.tsx";
import { Fault } from "../ui/fault.tsx";
import { addresses } from "../ui/router.ts";
import { AdminTabs } from "./admin-tabs.tsx";
import { Figures } from "./figures.tsx";

type Stats = Awaited<ReturnType<Operations["admin"]["stats"]>>;

const periods = [
  { value: "24", label: "Last 24 hours" },
  { value: "168", label: "Last 7 days" },
  { value: "720", label: "Last 30 days" },
];

export function OverviewPage() {
  const [hours, setHours] = useState("24");
  const { value, fault, retry } = useRemote((signal) => parley.admin.stats({ hours }, { signal }), hours);
  return (
    <PageFrame
      group="Administration"
      title="Overview"
      tabs={<AdminTabs current={addresses.adminOverview} />}
      action={
        <Choice
          name="period"
          label="Period"
          isLabelHidden
          options={periods}
          value={hours}
          onChange={setHours}
        />
      }
    >
      {fault !== undefined && <Fault text={fault} onRetry={retry} />}
      {value !== undefined && <Figures figures={figuresOf(value)} />}
      {value !== undefined && value.replies.length > 0 && (
        <Block title="Replies">
          <Bars
            measures={value.replies.map(({ status, model, count }) => ({
              label: `${model} · ${status.replace("_", " ")}`,
              value: count,
            }))}
          />
        </Block>
      )}
      {value !== undefined && value.feedback.length > 0 && (
        <Block title="Feedback" hint="What people thought of answers, by the model that wrote them.">
          <Bars
            measures={value.feedback.flatMap(({ model, up, down }) => [
              { label: `${model} · good`, value: up },
              { label: `${model} · bad`, value: down },
            ])}
          />
        </Block>
      )}
      <Block title="Usage">
        <UsageCharts read={(by, signal) => parley.admin.usage({ by }, { signal })} />
      </Block>
    </PageFrame>
  );
}

const count = (value: number) => value.toLocaleString("en");
const megabytes = (bytes: number) => count(Math.ceil(bytes / 1_000_000));
const stored = ({ bytes, limit }: Stats["storage"]) =>
  limit === null ? `${megabytes(bytes)} MB` : `${megabytes(bytes)} of ${megabytes(limit)} MB`;
const seconds = (value: number | null) => (value === null ? "–" : `${value.toFixed(1)} s`);

function figuresOf({ users, conversations, replies, secondsToReply, tokens, storage, queue }: Stats) {
  return [
    {
      name: "People",
      value: count(users.total),
      about: `${count(users.new)} new, ${count(users.disabled)} disabled`,
    },
    {
      name: "Conversations",
      value: count(conversations.total),
      about: `${count(conversations.new)} new, ${stored(storage)} stored`,
    },
    {
      name: "Replies asked for",
      value: count(replies.reduce((sum, one) => sum + one.count, 0)),
      about: `${count(queue.inProgress)} running, ${count(queue.queued)} waiting`,
    },
    {
      name: "Time to the answer",
      value: seconds(secondsToReply.p50),
      about: `95 of 100 within ${seconds(secondsToReply.p95)}`,
    },
    { name: "Tokens charged", value: count(tokens.charged), about: `${count(tokens.held)} held back now` },
    {
      name: "Oldest in the queue",
      value: queue.queued === 0 ? "–" : seconds(queue.oldestQueuedSeconds),
      about: queue.jobs === null ? "The queue does not say" : `${count(queue.jobs.waiting)} jobs waiting`,
    },
  ];
}
