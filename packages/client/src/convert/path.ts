import { ConversionError } from "./conversion-error.ts";
import { type JsonObject, objectAt } from "./json.ts";

/** What one conversation may have. */
const maxMessages = 10_000;

/**
 * The nodes of a tree from its root to one of them.
 * @param parentKey the member of a node that names the one before it
 */
export function pathTo(nodes: JsonObject, last: string, parentKey: string): JsonObject[] {
  const path: JsonObject[] = [];
  const seen = new Set<string>();
  for (let id: unknown = last; id !== null && id !== undefined; ) {
    if (typeof id !== "string") throw new ConversionError("wrong-type", `A ${parentKey} is not a text.`);
    if (seen.has(id)) throw new ConversionError("cycle", "Its messages follow each other in a circle.");
    if (!Object.hasOwn(nodes, id))
      throw new ConversionError("missing-parent", "A message names one that is not there.");
    if (path.length === maxMessages) {
      throw new ConversionError("too-many-messages", `It has more than ${maxMessages} messages.`);
    }
    seen.add(id);
    const node = objectAt(nodes[id], "A message");
    path.push(node);
    id = node[parentKey];
  }
  return path.reverse();
}
