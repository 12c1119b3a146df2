import type { Operations } from "@parley/client";
import { useState } from "preact/hooks";
import { ListFoot } from "../pages/list-foot.tsx";
import { PageFrame } from "../pages/page-frame.tsx";
import { useList } from "../pages/use-list.ts";
import { parley } from "../session/session.ts";
import { Choice } from "../ui/choice.tsx";
import { addresses } from "../ui/router.ts";
import { momentOf } from "../ui/times.ts";
import { showToast } from "../ui/toast.tsx";
import { inWords } from "../ui/words.ts";
import { AdminTabs } from "./admin-tabs.tsx";

type AdminReply = Awaited<ReturnType<Operations["admin"]["replies"]>>["data"][number];
type Shown = "failed" | "queued" | "in_progress";

const kinds = [
  { value: "failed", label: "Failed" },
  { value: "queued", label: "Waiting" },
  { value: "in_progress", label: "Running" },
];

export function RepliesPage() {
  const [status, setStatus] = useState<Shown>("failed");
  const list = useList(
    (cursor, signal) => parley.admin.replies({ status, ...(cursor !== undefined && { cursor }) }, { signal }),
    status,
  );
  return (
    <PageFrame
      group="Administration"
      title="Replies"
      tabs={<AdminTabs current={addresses.adminReplies} />}
      action={
        <Choice
          name="status"
          label="Status"
          isLabelHidden
          options={kinds}
          value={status}
          onChange={(value) => setStatus(value as Shown)}
        />
      }
    >
      <ul class="rows">
        {list.items?.map((reply) => (
          <Row key={reply.id} reply={reply} />
        ))}
      </ul>
      <ListFoot
        list={list}
        empty={
          { failed: "No reply has failed.", queued: "None is waiting.", in_progress: "None is running." }[
            status
          ]
        }
      />
    </PageFrame>
  );
}

function Row({ reply }: { reply: AdminReply }) {
  const [isAsked, setAsked] = useState(false);
  async function retry() {
    if (isAsked) return;
    setAsked(true);
    try {
      await parley.admin.retryReply({ replyId: reply.id });
      showToast("Asked again");
    } catch (error) {
      setAsked(false);
      showToast(inWords(error));
    }
  }
  const attempts = reply.attempts === 1 ? "1 attempt" : `${reply.attempts} attempts`;
  return (
    <li class="row">
      <div class="row-text">
        <strong>{reply.error?.message ?? reply.model}</strong>
        <small>
          {[reply.error?.code, reply.model, attempts, momentOf(reply.createdAt)]
            .filter((one) => one !== undefined)
            .join(" · ")}{" "}
          · <a href={addresses.adminPerson(reply.userId)}>owner</a>
        </small>
      </div>
      {reply.status === "failed" && (
        <button
          type="button"
          class="button button-small"
          aria-disabled={isAsked}
          aria-label={`Retry the reply of ${momentOf(reply.createdAt)}`}
          onClick={() => void retry()}
        >
          {isAsked ? "Asked again" : "Retry"}
        </button>
      )}
    </li>
  );
}
