import { allAnswers } from "@parley/contract/answers/all";
import type { Responses, Route } from "@parley/contract/route";
import { allRoutes } from "@parley/contract/routes/all";

/** A route with what it answers. */
export interface DescribedRoute extends Route {
  readonly responses: Responses;
}

/** By its operation id. */
export function describedRoute(name: keyof typeof allRoutes): DescribedRoute {
  return { ...allRoutes[name], responses: allAnswers[name] };
}
