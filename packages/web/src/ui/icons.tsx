const paths = {
  archive: "M3.5 5.5h17v3h-17zM5 8.5v10h14v-10M10 12h4",
  check: "m5 12.5 4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  down: "m6 9 6 6 6-6",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  left: "m14.5 6-6 6 6 6",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  note: "M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5M9 12.5h6M9 16h6",
  out: "M10 4.5H5v15h5M14.5 8l4 4-4 4M18.5 12H9.5",
  plus: "M12 5v14M5 12h14",
  prompt: "M4.5 5.5h15v10h-8l-4 4v-4h-3zM8 9h8M8 12h5",
  retry: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4.5V9H15",
  right: "m9.5 6 6 6-6 6",
  search: "M11 4.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM16 16l4 4",
  settings: "M4 7.5h9M17 7.5h3M4 16.5h3M11 16.5h9M15 5.5v4M9 14.5v4",
  send: "M12 19V5.5M6 11l6-6 6 6",
  stop: "M7.5 7.5h9v9h-9z",
  thumbDown:
    "M7 14V4H4.5v10zM7 13l4 7c1.8 0 2.5-1.2 2-3l-.8-3h5.3c1.3 0 2.1-1.2 1.8-2.4l-1.5-6c-.2-.9-1-1.6-2-1.6H7",
  thumbUp:
    "M7 10v10H4.5V10zM7 11l4-7c1.8 0 2.5 1.2 2 3l-.8 3h5.3c1.3 0 2.1 1.2 1.8 2.4l-1.5 6c-.2.9-1 1.6-2 1.6H7",
  trash: "M4.5 6.5h15M9.5 6V4h5v2M6.5 6.5l1 13.5h9l1-13.5M10 10.5v6M14 10.5v6",
  user: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20c.8-3.6 3.7-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
} as const;

export type IconName = keyof typeof paths;

/** A picture beside or in place of words; whoever shows it alone names its button. */
export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  return (
    <svg class={filled ? "icon icon-filled" : "icon"} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
