import type { Page } from "playwright-core";

interface AccessibilityNode {
  readonly nodeId: string;
  readonly ignored: boolean;
  readonly role?: { value: string };
  readonly name?: { value: string };
  readonly childIds?: readonly string[];
  readonly properties?: readonly { name: string; value: { value: unknown } }[];
}

/** What a screen reader says by itself: the texts of the live regions in Chromium's accessibility tree, by politeness. */
export async function spoken(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send("Accessibility.getFullAXTree")) as {
    nodes: readonly AccessibilityNode[];
  };
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const textOf = ({ role, name, childIds = [] }: AccessibilityNode): string =>
    role?.value === "StaticText"
      ? (name?.value ?? "")
      : childIds.map((id) => textOf(byId.get(id) as AccessibilityNode)).join("");
  return nodes.flatMap((node) => {
    const live = node.properties?.find(({ name }) => name === "live")?.value.value;
    const text = node.ignored || !["polite", "assertive"].includes(String(live)) ? "" : textOf(node).trim();
    return text === "" ? [] : [`${live}: ${text}`];
  });
}
