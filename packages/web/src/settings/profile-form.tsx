import { parley } from "../session/session.ts";
import { Field, Form } from "../ui/form.tsx";
import { showToast } from "../ui/toast.tsx";
import { useWorkspace } from "../workspace.ts";

export function ProfileForm() {
  const { me } = useWorkspace();
  const known = me.value;
  return (
    <Form
      key={known?.id}
      submit="Save"
      onSubmit={async ({ name = "" }) => {
        me.value = await parley.me.update({ displayName: name.trim() === "" ? null : name.trim() });
        showToast("Saved");
      }}
    >
      <p class="fact">
        <span>E-mail</span>
        {known?.email ?? "\u00a0"}
      </p>
      <Field
        name="name"
        label="Name"
        hint="How you are greeted here."
        autocomplete="name"
        maxLength={100}
        isOptional
        value={known?.displayName ?? ""}
      />
    </Form>
  );
}
