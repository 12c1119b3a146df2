import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Confirm } from "../ui/confirm.tsx";
import { Fault } from "../ui/fault.tsx";
import { Form } from "../ui/form.tsx";
import { Icon } from "../ui/icons.tsx";
import { go } from "../ui/router.ts";
import { showToast } from "../ui/toast.tsx";
import { PageFrame } from "./page-frame.tsx";
import type { useKeptValues } from "./use-kept-values.ts";

export interface EditorProps {
  title: string;
  /** Such as `note`. */
  what: string;
  /** The address of the list that it stands in. */
  back: string;
  isLoaded: boolean;
  fault: string | undefined;
  onRetry: () => void;
  kept: ReturnType<typeof useKeptValues>;
  onSave: (values: Readonly<Record<string, string>>) => Promise<void>;
  onDelete?: () => Promise<unknown>;
  children: ComponentChildren;
}

/** The page of one thing that somebody writes and keeps. */
export function Editor(props: EditorProps) {
  const { title, what, back, isLoaded, fault, onRetry, kept, onSave, onDelete, children } = props;
  const [isAsking, setAsking] = useState(false);

  function leave(notice?: string) {
    kept.forget();
    go(back);
    if (notice !== undefined) showToast(notice);
  }

  return (
    <PageFrame
      title={title}
      back={
        <a class="back-link" href={back}>
          <Icon name="left" />
          Back
        </a>
      }
      action={
        onDelete !== undefined && (
          <button type="button" class="button button-danger" onClick={() => setAsking(true)}>
            Delete
          </button>
        )
      }
    >
      {fault !== undefined && <Fault text={fault} onRetry={onRetry} />}
      {isLoaded && (
        <Form
          submit="Save"
          onValues={kept.keep}
          onCancel={() => leave()}
          onSubmit={async (values) => {
            await onSave(values);
            leave("Saved");
          }}
        >
          {children}
        </Form>
      )}
      {isAsking && onDelete !== undefined && (
        <Confirm
          title={`Delete this ${what}?`}
          action="Delete"
          onConfirm={async () => {
            await onDelete();
            leave("Deleted");
          }}
          onClose={() => setAsking(false)}
        >
          <p>It cannot be brought back. Answers that were given with it stay as they are.</p>
        </Confirm>
      )}
    </PageFrame>
  );
}
