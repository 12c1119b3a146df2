import { renderPrice } from "@parley/contract/render/price";
import { renderSettings } from "@parley/contract/render/settings";
import type { messageRoutes } from "@parley/contract/routes/messages";
import type { Estimate } from "@parley/contract/schemas/context";
import { type EstimateBasis, estimateReply as readBasis } from "@parley/data/estimates";
import type { Operation } from "@parley/http/api-types";
import type { Prompt } from "@parley/llm/build-prompt";
import { countAhead } from "@parley/llm/count-ahead";
import { LlmError } from "@parley/llm/errors";
import { identifyModel, takesGreeting } from "@parley/llm/models";
import { presentPrompt } from "@parley/llm/prompt-text";
import { buildPromptWithNotes } from "@parley/llm/prompt-with-notes";
import { estimatingCounter, type TokenCounter, tokenCounterFor } from "@parley/llm/token-counter";
import { addLogKeys } from "@parley/runtime/logger";
import type { AskingDependencies } from "@parley/sending/asking";
import { refusalOf } from "@parley/sending/refusal-problem";

type Sent = Pick<Estimate, "fits" | "sentMessageIds" | "droppedMessageIds" | "noteIds" | "inputTokens">;

/** What the asked model reads, and how it counts. */
interface Reader {
  counter: TokenCounter;
  greets: boolean;
}

/** The prompt that the worker would build now, or undefined where the message alone is too long for the model. */
function promptFor(
  { systemPrompt, history, notes, model }: EstimateBasis,
  content: string,
  { counter, greets }: Reader,
): Prompt | undefined {
  const { contextTokens, maxOutputTokens, inputLimit } = model;
  const asked = { role: "user" as const, content, position: Number.MAX_SAFE_INTEGER };
  try {
    const input = {
      systemPrompt: presentPrompt(systemPrompt),
      history: [...history, asked],
      takesGreeting: greets,
      pinnedNotes: notes.pinned,
      contextTokens,
      maxOutputTokens,
      inputLimit,
      counter,
    };
    return buildPromptWithNotes(input, { hasOthers: notes.hasNotes, takesTools: true });
  } catch (error) {
    if (error instanceof LlmError && error.code === "context_too_long") return undefined;
    throw error;
  }
}

/** Of the stored messages: the asked one has neither. */
function idsAt({ history }: EstimateBasis, positions: readonly number[]): string[] {
  const chosen = new Set(positions);
  return history.filter(({ position }) => chosen.has(position)).map(({ id }) => id);
}

function toSent(basis: EstimateBasis, content: string, reader: Reader): Sent {
  const prompt = promptFor(basis, content, reader);
  if (prompt === undefined) {
    const droppedMessageIds = basis.history.map(({ id }) => id);
    const inputTokens = reader.counter.count(content);
    return { fits: false, sentMessageIds: [], droppedMessageIds, noteIds: [], inputTokens };
  }
  const { sentPositions, droppedPositions, pinnedNotes, inputTokens } = prompt.manifest;
  return {
    fits: true,
    sentMessageIds: idsAt(basis, sentPositions),
    droppedMessageIds: idsAt(basis, droppedPositions),
    noteIds: pinnedNotes.map(({ id }) => id),
    inputTokens,
  };
}

/** What sending a message would send, leave out and cost; stores and holds nothing. */
export function estimateReply({
  database,
  asking,
}: Pick<AskingDependencies, "database" | "asking">): Operation<(typeof messageRoutes)["estimateReply"]> {
  return async ({ params: { conversationId }, body: { content, model, settings }, caller }) => {
    addLogKeys({ conversationId });
    const basis = await readBasis(database, {
      ...asking.terms,
      ownerId: caller.userId,
      conversationId,
      content,
      model,
      settings,
    });
    if (basis.outcome !== "estimated") throw refusalOf(basis, asking.terms, { model, settings });
    const found = identifyModel(basis.model.id, asking.catalog.providers);
    const known = found === undefined ? estimatingCounter : await tokenCounterFor(found);
    const texts = [content, ...basis.history.map((message) => message.content).reverse()];
    const counter = await countAhead(known, texts, basis.model.contextTokens);
    const reader = { counter, greets: found !== undefined && takesGreeting(found) };
    const { model: asked, systemPrompt, highestCharge, balance, held } = basis;
    const available = balance - held;
    const body: Estimate = {
      model: asked.id,
      contextTokens: asked.contextTokens,
      maxOutputTokens: asked.maxOutputTokens,
      settings: renderSettings(asked.settings),
      inputLimit: asked.inputLimit,
      price: renderPrice(asked),
      systemPrompt,
      ...toSent(basis, content, reader),
      highestCharge,
      balance,
      held,
      available,
      isAffordable: highestCharge <= available,
    };
    return { status: 200, body };
  };
}
