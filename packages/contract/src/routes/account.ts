import { defineRoutes } from "../route.ts";
import { me, updateMe } from "../schemas/account.ts";

const base = { function: "account", auth: "user", tag: "Accounts", path: "/v1/me" } as const;

export const accountRoutes = defineRoutes({
  getMe: { ...base, method: "GET", summary: "The signed-in user", responses: { 200: me } },
  updateMe: {
    ...base,
    method: "PATCH",
    summary: "Change the profile",
    body: updateMe,
    responses: { 200: me },
    problems: ["precondition-failed"],
  },
});
