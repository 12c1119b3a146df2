import { parley } from "../session/session.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Form } from "../ui/form.tsx";
import { showToast } from "../ui/toast.tsx";
import { nameOf, type Person } from "./people-page.tsx";

export interface GrantDialogProps {
  person: Person;
  onGranted: (person: Person) => void;
  onClose: () => void;
}

export function GrantDialog({ person, onGranted, onClose }: GrantDialogProps) {
  return (
    <Dialog title={`Grant tokens to ${nameOf(person)}`} onClose={onClose}>
      <Form
        submit="Grant"
        onCancel={onClose}
        onSubmit={async ({ amount = "", reason = "" }) => {
          const userId = person.id;
          await parley.admin.grantTokens({
            userId,
            amount: Number(amount),
            ...(reason.trim() !== "" && { reason: reason.trim() }),
          });
          onGranted(await parley.admin.user({ userId }));
          onClose();
          showToast(Number(amount) > 0 ? "Granted" : "Taken away");
        }}
      >
        <Field name="amount" label="Tokens" pattern="-?[1-9][0-9]*" hint="Below 0: taken away." autofocus />
        <Field
          name="reason"
          label="Reason"
          hint="Its owner reads it in the ledger. Needed where tokens are taken away."
          maxLength={200}
          isOptional
        />
      </Form>
    </Dialog>
  );
}
