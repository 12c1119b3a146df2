import type { Operations } from "@parley/client";
import { useState } from "preact/hooks";
import { ListFoot } from "../pages/list-foot.tsx";
import { PageFrame } from "../pages/page-frame.tsx";
import { useList } from "../pages/use-list.ts";
import { parley } from "../session/session.ts";
import { eraseAll } from "../settings/erase-all.ts";
import { Confirm } from "../ui/confirm.tsx";
import { Icon } from "../ui/icons.tsx";
import { Menu } from "../ui/menu.tsx";
import { addresses, place } from "../ui/router.ts";
import { SearchField } from "../ui/search-field.tsx";
import { dayOf } from "../ui/times.ts";
import { showToast } from "../ui/toast.tsx";
import { AdminTabs } from "./admin-tabs.tsx";
import { GrantDialog } from "./grant-dialog.tsx";

export type Person = Awaited<ReturnType<Operations["admin"]["user"]>>;

export const nameOf = ({ email, displayName, id }: Person) => email ?? displayName ?? id;

export function PeoplePage() {
  const [words, setWords] = useState(place.value.rest[1] ?? "");
  const [granted, setGranted] = useState<Person>();
  const [switched, setSwitched] = useState<Person>();
  const [deleted, setDeleted] = useState<Person>();
  const q = words.trim();
  const list = useList(
    (cursor, signal) =>
      parley.admin.users({ ...(q !== "" && { q }), ...(cursor !== undefined && { cursor }) }, { signal }),
    q,
  );
  return (
    <PageFrame group="Administration" title="People" tabs={<AdminTabs current={addresses.adminPeople} />}>
      <SearchField label="Search by e-mail address or id" words={words} onWords={setWords} />
      <ul class="rows">
        {list.items?.map((person) => (
          <Row
            key={person.id}
            person={person}
            onGrant={() => setGranted(person)}
            onSwitch={() => setSwitched(person)}
            onDelete={() => setDeleted(person)}
          />
        ))}
      </ul>
      <ListFoot list={list} empty="Nobody is like that." />
      {granted !== undefined && (
        <GrantDialog person={granted} onGranted={list.put} onClose={() => setGranted(undefined)} />
      )}
      {switched !== undefined && (
        <SwitchDialog person={switched} onSwitched={list.put} onClose={() => setSwitched(undefined)} />
      )}
      {deleted !== undefined && (
        <Confirm
          title={`Delete ${nameOf(deleted)}?`}
          action="Delete for good"
          onConfirm={async () => {
            await eraseAll(() => parley.admin.deleteUser({ userId: deleted.id }));
            list.take(deleted.id);
            showToast("Deleted");
          }}
          onClose={() => setDeleted(undefined)}
        >
          <p>The account and everything that belongs to it will be gone. Nobody can bring it back.</p>
        </Confirm>
      )}
    </PageFrame>
  );
}

interface RowProps {
  person: Person;
  onGrant: () => void;
  onSwitch: () => void;
  onDelete: () => void;
}

function Row({ person, onGrant, onSwitch, onDelete }: RowProps) {
  const { status, displayName, tokens, createdAt } = person;
  const about = [displayName, `since ${dayOf(createdAt)}`, `${tokens.balance.toLocaleString("en")} tokens`];
  return (
    <li class="row">
      <div class="row-text">
        <strong>{nameOf(person)}</strong>
        <small dir="auto">{about.filter((one) => one !== null).join(" · ")}</small>
      </div>
      {status !== "active" && <span class="badge">{status}</span>}
      <Menu
        label={`Options of ${nameOf(person)}`}
        items={[
          { label: "Give or take tokens", icon: "plus", onChoose: onGrant },
          ...(status === "deleting"
            ? []
            : [
                {
                  label: status === "disabled" ? "Enable" : "Disable",
                  icon: status === "disabled" ? ("check" as const) : ("close" as const),
                  isDanger: status !== "disabled",
                  onChoose: onSwitch,
                },
              ]),
          { label: "Delete", icon: "trash", isDanger: true, onChoose: onDelete },
        ]}
      >
        <Icon name="more" />
      </Menu>
    </li>
  );
}

interface SwitchDialogProps {
  person: Person;
  onSwitched: (person: Person) => void;
  onClose: () => void;
}

function SwitchDialog({ person, onSwitched, onClose }: SwitchDialogProps) {
  const disables = person.status === "active";
  const action = disables ? "Disable" : "Enable";
  return (
    <Confirm
      title={`${action} ${nameOf(person)}?`}
      action={action}
      isDanger={disables}
      onConfirm={async () => {
        onSwitched(await parley.admin.updateUser({ userId: person.id, disabled: disables }));
        showToast(disables ? "Disabled" : "Enabled");
      }}
      onClose={onClose}
    >
      <p>
        {disables
          ? "Nothing can be sent from now on, and within a minute nothing can be read. Answers under way go on."
          : "Everything is as it was before."}
      </p>
    </Confirm>
  );
}
