import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons.tsx";

export interface MenuItem {
  label: string;
  icon?: IconName;
  isDanger?: boolean;
  isChosen?: boolean;
  hint?: string;
  onChoose: () => void;
}

export interface MenuProps {
  label: string;
  class?: string;
  placement?: "up" | "down";
  /** The button has words of its own. */
  isNamedByContent?: boolean;
  items: readonly MenuItem[];
  children: ComponentChildren;
}

/** A button that opens a list of choices: arrows move, Escape and a click elsewhere close it. */
export function Menu({
  label,
  class: name = "icon-button",
  placement = "down",
  isNamedByContent = false,
  items,
  children,
}: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const entries = () => [...(root.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];

  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const chosen = entries().find((entry) => entry.getAttribute("aria-checked") === "true");
    (chosen ?? entries()[0])?.focus();
    const closeOutside = ({ target }: Event) => {
      if (!root.current?.contains(target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [isOpen]);

  function close() {
    setOpen(false);
    button.current?.focus();
  }

  function move(event: KeyboardEvent) {
    if (!isOpen) return;
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: all.length - 1,
    };
    const next = steps[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Tab") setOpen(false);
    else if (next === undefined) return;
    else all[(next + all.length) % all.length]?.focus();
    if (event.key !== "Tab") {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears the keys of the buttons inside
    <div class="menu" ref={root} onKeyDown={move}>
      <button
        type="button"
        class={name}
        ref={button}
        aria-label={isNamedByContent ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen && (
        <div class={`menu-list menu-${placement}`} role="menu" aria-label={label}>
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              class={item.isDanger ? "menu-item menu-danger" : "menu-item"}
              {...(item.isChosen === undefined
                ? { role: "menuitem" }
                : { role: "menuitemradio", "aria-checked": item.isChosen })}
              tabIndex={-1}
              onClick={() => {
                close();
                item.onChoose();
              }}
            >
              {item.icon !== undefined && <Icon name={item.icon} />}
              <span class="menu-label">
                {item.label}
                {item.hint !== undefined && <small>{item.hint}</small>}
              </span>
              {item.isChosen && <Icon name="check" />}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
