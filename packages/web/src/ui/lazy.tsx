import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

export interface WaitingProps {
  /** true: its file could not be loaded. A deployment takes the files of the version before away. */
  hasFailed: boolean;
}

const nothing = () => null;

/** A component that is loaded when it is shown first; until then `Waiting` stands in its place. */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Waiting: ComponentType<P & WaitingProps> = nothing,
): ComponentType<P> & { prepare: () => Promise<void> } {
  let Loaded: ComponentType<P> | undefined;
  async function prepare() {
    Loaded ??= await load();
  }
  function Lazy(props: P) {
    const [state, setState] = useState<"loading" | "loaded" | "failed">(
      Loaded === undefined ? "loading" : "loaded",
    );
    useEffect(() => {
      // Loaded by another since this was drawn, it has to be drawn again all the same.
      if (state === "loaded") return;
      prepare().then(
        () => setState("loaded"),
        () => setState("failed"),
      );
    }, []);
    return Loaded === undefined ? (
      <Waiting {...props} hasFailed={state === "failed"} />
    ) : (
      <Loaded {...props} />
    );
  }
  return Object.assign(Lazy, { prepare });
}
