import { createHash } from "node:crypto";
import type { Adjustments } from "./adjustments.ts";
import {
  type ConfiguredProvider,
  configuredProviders,
  type ProviderSources,
} from "./configured-providers.ts";
import { baseUrlOf, deviationsOf } from "./deviations.ts";

/** What a model's server has taught, as it is written down for every environment. */
export interface Lessons {
  /** Grows with each change, taking back included. */
  readonly version: number;
  /** Which server it was; see `serverMarks`. */
  readonly server: string;
  readonly learnt: Adjustments;
}

/** What has just been learnt and is not written down yet. */
export type NewLessons = Omit<Lessons, "version">;

/** What one environment knows of how servers want to be asked, by the id of the model. */
export interface LessonBook {
  of(modelId: string): Adjustments;
  add(modelId: string, learnt: Adjustments): void;
  /** Takes over what is written down, unless something newer is known. */
  recall(modelId: string, written: Lessons | null | undefined): void;
  /** What is to be written down, which from then on counts as written. */
  takeNew(modelId: string): NewLessons | undefined;
}

interface Page {
  version: number;
  written: Adjustments;
  unwritten: Adjustments | undefined;
}

// Users may name any model of a server.
const MAX_MODELS = 1_000;

/** Both, with every setting that one of them names as refused. */
export function mergeAdjustments(one: Adjustments, other: Adjustments): Adjustments {
  const refused = [...new Set([...(one.refused ?? []), ...(other.refused ?? [])])];
  return { ...one, ...other, ...(refused.length > 0 && { refused }) };
}

/**
 * A book as old as its environment.
 * @param marks of each provider's server: what another server has taught is not heeded
 */
export function createLessonBook(marks: ReadonlyMap<string, string> = new Map()): LessonBook {
  const pages = new Map<string, Page>();
  const markOf = (modelId: string) => marks.get(modelId.split("/", 1)[0] ?? "") ?? "";

  function pageOf(modelId: string): Page {
    const page = pages.get(modelId) ?? { version: 0, written: {}, unwritten: undefined };
    if (!pages.has(modelId) && pages.size >= MAX_MODELS) pages.clear();
    pages.set(modelId, page);
    return page;
  }

  return {
    of(modelId) {
      const page = pages.get(modelId);
      return page === undefined ? {} : mergeAdjustments(page.written, page.unwritten ?? {});
    },
    add(modelId, learnt) {
      const page = pageOf(modelId);
      page.unwritten = mergeAdjustments(page.unwritten ?? {}, learnt);
    },
    recall(modelId, written) {
      if (!written) return;
      const page = pageOf(modelId);
      if (written.version <= page.version) return;
      page.version = written.version;
      page.written = written.server === markOf(modelId) ? written.learnt : {};
    },
    takeNew(modelId) {
      const page = pages.get(modelId);
      if (page?.unwritten === undefined) return undefined;
      const learnt = page.unwritten;
      page.written = mergeAdjustments(page.written, learnt);
      page.unwritten = undefined;
      return { server: markOf(modelId), learnt };
    },
  };
}

/** A few letters for which server it is, and how it is asked from the start: what was learnt holds for these alone. */
function markOf(provider: ConfiguredProvider): string {
  const { kind, baseUrl, apiVersion, region } = provider;
  const asked =
    kind === "openai"
      ? [baseUrlOf(provider), apiVersion, Object.values(deviationsOf(provider))]
      : [baseUrl, region];
  return createHash("sha256")
    .update(JSON.stringify([kind, asked]))
    .digest("hex")
    .slice(0, 16);
}

/** The marks of the servers that are configured, by the name of their provider. */
export function serverMarks(sources: ProviderSources): Map<string, string> {
  return new Map(configuredProviders(sources).map((provider) => [provider.name, markOf(provider)]));
}
