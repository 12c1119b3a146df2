import { ListFoot } from "../pages/list-foot.tsx";
import { PageFrame } from "../pages/page-frame.tsx";
import { useList } from "../pages/use-list.ts";
import { parley } from "../session/session.ts";
import { addresses } from "../ui/router.ts";
import { momentOf } from "../ui/times.ts";
import { AdminTabs } from "./admin-tabs.tsx";

export function AuditPage() {
  const list = useList((cursor, signal) =>
    parley.admin.audit({ limit: 50, ...(cursor !== undefined && { cursor }) }, { signal }),
  );
  return (
    <PageFrame group="Administration" title="Audit" tabs={<AdminTabs current={addresses.adminAudit} />}>
      <p class="lead">What admins did, looking included. Nothing here can be changed or removed.</p>
      <ul class="rows">
        {list.items?.map(({ id, action, adminId, userId, replyId, details, createdAt }) => (
          <li key={id} class="row">
            <div class="row-text">
              <strong>{action.replace(".", " ")}</strong>
              <small>
                {momentOf(createdAt)} · by <a href={addresses.adminPerson(adminId)}>{adminId}</a>
                {userId !== null && (
                  <>
                    {" · to "}
                    <a href={addresses.adminPerson(userId)}>{userId}</a>
                  </>
                )}
                {replyId !== null && ` · reply ${replyId}`}
                {Object.entries(details).map(([name, value]) => ` · ${name}: ${value}`)}
              </small>
            </div>
          </li>
        ))}
      </ul>
      <ListFoot list={list} empty="Nothing has been done yet." />
    </PageFrame>
  );
}
