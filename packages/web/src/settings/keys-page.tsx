import type { Operations } from "@parley/client";
import { useState } from "preact/hooks";
import { ListFoot } from "../pages/list-foot.tsx";
import { PageFrame } from "../pages/page-frame.tsx";
import { useList } from "../pages/use-list.ts";
import { parley } from "../session/session.ts";
import { Confirm } from "../ui/confirm.tsx";
import { addresses } from "../ui/router.ts";
import { dayOf, momentOf } from "../ui/times.ts";
import { showToast } from "../ui/toast.tsx";
import { NewKey } from "./new-key.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

type ApiKey = Awaited<ReturnType<Operations["apiKeys"]["list"]>>["data"][number];

export function KeysPage() {
  const list = useList((cursor, signal) =>
    parley.apiKeys.list({ ...(cursor !== undefined && { cursor }) }, { signal }),
  );
  const [isCreating, setCreating] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey>();
  return (
    <PageFrame
      group="Settings"
      title="API keys"
      tabs={<SettingsTabs current={addresses.keys} />}
      action={
        !isCreating && (
          <button type="button" class="button button-primary" onClick={() => setCreating(true)}>
            New key
          </button>
        )
      }
    >
      <p class="lead">
        A key lets a program use the API in your name. It cannot manage keys, change the password or delete
        the account.
      </p>
      {isCreating && <NewKey onCreated={list.put} onClose={() => setCreating(false)} />}
      <ul class="rows">
        {list.items?.map((key) => (
          <li key={key.id} class="row">
            <div class="row-text">
              <strong dir="auto">{key.name}</strong>
              <small>
                <code>{key.hint}…</code> {aboutKey(key)}
              </small>
            </div>
            <button
              type="button"
              class="button button-small"
              aria-label={`Revoke ${key.name}`}
              onClick={() => setRevoked(key)}
            >
              Revoke
            </button>
          </li>
        ))}
      </ul>
      <ListFoot list={list} empty="You have no keys." />
      {revoked !== undefined && (
        <Confirm
          title={`Revoke ${revoked.name}?`}
          action="Revoke"
          onConfirm={async () => {
            await parley.apiKeys.delete({ apiKeyId: revoked.id });
            list.take(revoked.id);
            showToast("The key is revoked");
          }}
          onClose={() => setRevoked(undefined)}
        >
          <p>Within a minute, no program that uses it can sign in any more.</p>
        </Confirm>
      )}
    </PageFrame>
  );
}

function aboutKey({ scopes, lastUsedAt, expiresAt, createdAt }: ApiKey): string {
  return [
    scopes.includes("write") ? (scopes.includes("read") ? "reads and writes" : "writes only") : "reads only",
    lastUsedAt === null ? `never used, made ${dayOf(createdAt)}` : `used ${momentOf(lastUsedAt)}`,
    expiresAt === null ? "never expires" : `expires ${dayOf(expiresAt)}`,
  ].join(" · ");
}
