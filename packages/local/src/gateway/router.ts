import type { GatewayRoute as ContractRoute } from "@parley/contract/gateway";

/** What the gateway needs to know of a route of the contract. */
export type GatewayRoute = Omit<ContractRoute, "function"> & { readonly function: string };

export interface RouteMatch {
  readonly route: GatewayRoute;
  /** Decoded; undefined when the path has none. */
  readonly pathParameters: Record<string, string> | undefined;
}

interface Node {
  readonly children: Map<string, Node>;
  parameter: Node | undefined;
  readonly routes: Map<string, { route: GatewayRoute; names: string[] }>;
}

const parameterPattern = /^\{(\w+)\}$/;

function emptyNode(): Node {
  return { children: new Map(), parameter: undefined, routes: new Map() };
}

function childFor(node: Node, segment: string): Node {
  if (parameterPattern.test(segment)) {
    node.parameter ??= emptyNode();
    return node.parameter;
  }
  const child = node.children.get(segment) ?? emptyNode();
  node.children.set(segment, child);
  return child;
}

function add(root: Node, route: GatewayRoute): void {
  const segments = route.path.split("/").slice(1);
  const names = segments.flatMap((segment) => parameterPattern.exec(segment)?.[1] ?? []);
  segments.reduce(childFor, root).routes.set(route.method, { route, names });
}

function find(
  node: Node,
  method: string,
  segments: readonly string[],
  position: number,
  values: readonly string[],
): RouteMatch | undefined {
  const segment = segments[position];
  if (segment === undefined) {
    const found = node.routes.get(method);
    if (found === undefined) return undefined;
    const entries = found.names.map((name, index) => [name, values[index] ?? ""] as const);
    return {
      route: found.route,
      pathParameters: entries.length === 0 ? undefined : Object.fromEntries(entries),
    };
  }
  const child = node.children.get(segment);
  const exact = child === undefined ? undefined : find(child, method, segments, position + 1, values);
  if (exact !== undefined) return exact;
  // A parameter is never empty: `/v1/notes/` is not `/v1/notes/{noteId}`.
  if (node.parameter === undefined || segment === "") return undefined;
  return find(node.parameter, method, segments, position + 1, [...values, segment]);
}

/**
 * API Gateway's choice of a route: by method and whole path, a fixed segment before a parameter. A GET route takes no
 * HEAD.
 * @returns a function from a method and the decoded segments of a path
 */
export function createRouter(
  routes: readonly GatewayRoute[],
): (method: string, segments: readonly string[]) => RouteMatch | undefined {
  const root = emptyNode();
  for (const route of routes) add(root, route);
  return (method, segments) => find(root, method, segments, 0, []);
}
