import type { Operations } from "@parley/client";
import { useState } from "preact/hooks";
import { parley } from "../session/session.ts";
import { announce } from "../ui/announce.ts";
import { Choice } from "../ui/choice.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Field, Form } from "../ui/form.tsx";

type NewApiKey = Awaited<ReturnType<Operations["apiKeys"]["create"]>>;

const dayMillis = 86_400_000;
const lifetimes = [
  { value: "", label: "Never" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
];
const access = [
  { value: "read write", label: "Read and write" },
  { value: "read", label: "Read only" },
];

export interface NewKeyProps {
  onCreated: (key: NewApiKey) => void;
  onClose: () => void;
}

/** Asks what a key shall be, and shows it the one time that it can be seen. */
export function NewKey({ onCreated, onClose }: NewKeyProps) {
  const [created, setCreated] = useState<NewApiKey>();
  if (created?.key) return <ShownOnce name={created.name} secret={created.key} onClose={onClose} />;
  return (
    <div class="panel">
      <Form
        submit="Create key"
        onCancel={onClose}
        onSubmit={async ({ name = "", scopes = "", days = "" }) => {
          const key = await parley.apiKeys.create({
            name,
            scopes: scopes.split(" ") as ("read" | "write")[],
            expiresAt: days === "" ? null : new Date(Date.now() + Number(days) * dayMillis).toISOString(),
          });
          setCreated(key);
          onCreated(key);
          announce("The key is created. Copy it now.");
        }}
      >
        <Field
          name="name"
          label="Name"
          hint="What it is for, such as “Backup script”."
          maxLength={100}
          autofocus
        />
        <div class="field-pair">
          <Choice name="scopes" label="May" options={access} />
          <Choice name="days" label="Expires" options={lifetimes} />
        </div>
      </Form>
    </div>
  );
}

function ShownOnce({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  return (
    <section class="panel" aria-label={`The key ${name}`}>
      <p>
        <strong dir="auto">{name}</strong> is ready. Copy it now: it is not shown again.
      </p>
      <p class="secret">
        <code>{secret}</code>
        <CopyButton text={secret} label="Copy key" />
      </p>
      <div class="form-row">
        <button type="button" class="button" onClick={onClose}>
          Done
        </button>
      </div>
    </section>
  );
}
