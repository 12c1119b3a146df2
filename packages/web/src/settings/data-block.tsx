import { useState } from "preact/hooks";
import { parley } from "../session/session.ts";
import { announce } from "../ui/announce.ts";
import { Fault } from "../ui/fault.tsx";
import { inWords } from "../ui/words.ts";

function save(pages: readonly string[]) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([...pages], { type: "application/x-ndjson" }));
  link.download = `parley-${new Date().toISOString().slice(0, 10)}.ndjson`;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function DataBlock() {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();

  async function collect() {
    if (isBusy) return;
    setBusy(true);
    setFault(undefined);
    try {
      const pages: string[] = [];
      for await (const page of parley.me.exportPages()) pages.push(page);
      save(pages);
      announce("Your data is downloaded");
    } catch (error) {
      setFault(inWords(error));
    } finally {
      setBusy(false);
    }
  }

  if (fault !== undefined) return <Fault text={fault} onRetry={() => void collect()} />;
  return (
    <button type="button" class="button" aria-disabled={isBusy} onClick={() => void collect()}>
      {isBusy ? "Collecting…" : "Download"}
    </button>
  );
}
