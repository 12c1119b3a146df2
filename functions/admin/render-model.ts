import { renderPrice } from "@parley/contract/render/price";
import type { AdminModel } from "@parley/contract/schemas/model";
import { partsOf } from "@parley/sending/model-list";
import type { AdminEntry } from "./read-entries.ts";

/** The version of what admins wrote; of a model of the settings alone it is 0. */
export function writtenVersion({ row }: AdminEntry): number {
  return row?.version ?? 0;
}

/** Of what admins wrote, and behind it of what its server has taught. */
export function modelEtag(entry: AdminEntry): string {
  const { lessons } = entry;
  return `${writtenVersion(entry)}${lessons === undefined ? "" : `-${lessons.version}`}`;
}

/** The header as it is compared where only what admins wrote is written: models learn at any time. */
export function withoutLessons(ifMatch: string | undefined): string | undefined {
  return ifMatch?.replaceAll(/(?<="\d+)-\d+(?=")/g, "");
}

const PARTS = {
  withoutUsage: "usage",
  otherLimitName: "limit_name",
  withoutSystemRole: "system_role",
  withoutCacheMarks: "cache_marks",
  withoutBackground: "background",
  withoutTools: "tools",
} as const;

function renderLessons({ lessons }: AdminEntry): AdminModel["learnt"] {
  if (lessons === undefined || Object.keys(lessons.learnt).length === 0) return null;
  const { refused = [], maxOutputTokens = null, contextTokens = null, ...learnt } = lessons.learnt;
  const parts = Object.entries(PARTS).flatMap(([name, part]) => (name in learnt ? [part] : []));
  const updatedAt = lessons.updatedAt.toISOString();
  return { refused: [...parts, ...refused], maxOutputTokens, contextTokens, updatedAt };
}

export function renderModel(entry: AdminEntry): AdminModel {
  const { id, displayName, row, contextTokens, maxOutputTokens, parameters = [], costPerMillion } = entry;
  const { isEnabled, isOffered, isDefault, isFallback, position } = entry;
  return {
    id,
    ...partsOf(id),
    displayName,
    source: row === undefined ? "settings" : "admin",
    contextTokens,
    maxOutputTokens,
    price: renderPrice(entry),
    parameters: [...parameters],
    costPerMillion: costPerMillion ?? null,
    background: entry.background ?? false,
    isEnabled,
    isOffered,
    isDefault,
    isFallback,
    position,
    learnt: renderLessons(entry),
    createdAt: row?.createdAt.toISOString() ?? null,
    updatedAt: row?.updatedAt.toISOString() ?? null,
  };
}
