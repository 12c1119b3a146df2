import "../first-view.ts";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { DrawerButton } from "../ui/drawer.tsx";

export interface PageFrameProps {
  title: string;
  /** Of the pages that belong together with this one; shown in place of its own title, which their tabs show. */
  group?: string;
  /** A link above the title. */
  back?: ComponentChildren;
  /** Beside the title. */
  action?: ComponentChildren;
  /** Links to the pages that belong together with this one. */
  tabs?: ComponentChildren;
  children: ComponentChildren;
}

/** What every page but the chat looks like. */
export function PageFrame({ title, group, back, action, tabs, children }: PageFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    document.title = `${title} · Parley`;
    // Whoever goes on by keyboard or hears the page begins at its heading.
    heading.current?.focus();
  }, [title]);
  return (
    <main class="sheet">
      <header class="page-head">
        <DrawerButton />
      </header>
      <div class="sheet-column">
        {back}
        <div class="sheet-head">
          <h1 tabIndex={-1} ref={heading}>
            {group ?? title}
            {group !== undefined && <span class="visually-hidden">: {title}</span>}
          </h1>
          {action}
        </div>
        {tabs}
        {children}
      </div>
    </main>
  );
}

export interface Tab {
  label: string;
  address: string;
}

/** The pages that belong together; `current` is the address of this one. */
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.address} href={tab.address} aria-current={tab.address === current ? "page" : undefined}>
          {tab.label}
        </a>
      ))}
    </nav>
  );
}

/** A part of a page under a heading of its own. */
export function Block({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: string;
  children: ComponentChildren;
}) {
  return (
    <section class="block" aria-label={title}>
      <h2>{title}</h2>
      {hint !== undefined && <p class="hint">{hint}</p>}
      {children}
    </section>
  );
}
